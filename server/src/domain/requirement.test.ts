import { describe, expect, test } from 'vitest';
import { compareRequirements, readCondaEnvironment, readRequirementLines } from './requirement.ts';

describe('requirements.txt', () => {
  test.each([
    ['mlflow==3.17.2', 'mlflow', '==3.17.2'],
    ['scikit_learn == 1.9.1  # pinned', 'scikit-learn', '==1.9.1'],
    ['Torch[cuda]>=2,<3 ; python_version < "3.13"', 'torch', '[cuda]>=2,<3;python_version<"3.13"'],
    ['pandas', 'pandas', ''],
    ['numpy==2.1 --hash=sha256:abc', 'numpy', '==2.1'],
    ['barn @ https://example.org/barn.whl', 'barn', '@https://example.org/barn.whl'],
    [
      '-e git+https://example.org/x.git@main#egg=Field_Count',
      'field-count',
      'git+https://example.org/x.git@main#egg=Field_Count',
    ],
  ])('%s', (line, name, wanted) => {
    expect([...readRequirementLines(line)]).toEqual([[name, wanted]]);
  });

  test.each(['', '# a comment', '-r other.txt', '--index-url https://example.org', '==1.0', '   '])(
    '%j is no requirement',
    (line) => {
      expect(readRequirementLines(line).size).toBe(0);
    },
  );

  test('has a requirement a line, whatever ends the line', () => {
    expect([...readRequirementLines('a==1\r\nb==2\n\nc').keys()]).toEqual(['a', 'b', 'c']);
  });
});

test('conda.yaml has its own packages and those of pip', () => {
  const document = { dependencies: ['python=3.11', 'pip<=24', { pip: ['mlflow==3.17.2', 7] }, null] };
  expect([...readCondaEnvironment(document)]).toEqual([
    ['python', '=3.11'],
    ['pip', '<=24'],
    ['mlflow', '==3.17.2'],
  ]);
  for (const other of [null, 'x', [], { dependencies: 'x' }, { dependencies: [{ pip: 'x' }] }])
    expect(readCondaEnvironment(other).size).toBe(0);
});

test('packages that differ are listed by name', () => {
  const [a, b] = [readRequirementLines('a==1\nb==1\nsame'), readRequirementLines('same\nb==2\nc')];
  expect(compareRequirements(a, b)).toEqual([
    { package: 'a', from: '==1', to: null },
    { package: 'b', from: '==1', to: '==2' },
    { package: 'c', from: null, to: '' },
  ]);
});
