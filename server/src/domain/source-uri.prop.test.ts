import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodingRounds } from './artifact-path.ts';
import { RegistryError } from './errors.ts';
import {
  checkRunLink,
  isLocalPathWithin,
  parseProxiedUri,
  parseRunUri,
  parseVersionSource,
} from './source-uri.ts';

const piece = fc.oneof(
  fc.constantFrom(
    ...[
      's3:',
      'models:',
      'runs:',
      'mlflow-artifacts:',
      'file:',
      'http:',
      'javascript:',
      'c:',
      '//',
      '/',
      '..',
      '.',
    ],
    ...[
      '%2e',
      '%252e',
      '%2f',
      '%00',
      '\\',
      '?',
      '#',
      ';',
      '@',
      ':',
      'u:p@',
      'M',
      '1',
      'm-1',
      '\0',
      '\n',
      '\ud800',
    ],
  ),
  fc.string({ maxLength: 3, unit: 'binary' }),
);
const text = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''));
const claim = { runId: 'r', modelId: undefined };

test('a source that is read has no parent reference, however often it is decoded', () => {
  fc.assert(
    fc.property(text, (source) => {
      try {
        parseVersionSource(source, claim);
      } catch (error) {
        expect(error).toBeInstanceOf(RegistryError);
        expect((error as RegistryError).code).toBe('invalid_argument');
        return;
      }
      for (const reading of decodingRounds(source)!) {
        expect(reading.split(/[/\\]/)).not.toContain('..');
        expect(reading).not.toMatch(/[\0\n]/);
      }
    }),
    { numRuns: 5_000 },
  );
});

test('stored locations and run links never make trouble other than a refusal', () => {
  fc.assert(
    fc.property(text, text, (first, second) => {
      parseProxiedUri(first);
      parseRunUri(first);
      isLocalPathWithin(first, second);
      try {
        checkRunLink(first);
      } catch (error) {
        expect(error).toBeInstanceOf(RegistryError);
      }
    }),
    { numRuns: 3_000 },
  );
});
