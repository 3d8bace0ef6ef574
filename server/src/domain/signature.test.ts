import { describe, expect, test } from 'vitest';
import { readSignature, type Signature, typeText } from './signature.ts';
import { compareSignatures } from './signature-comparison.ts';

const column = (name: string | null, type: unknown, more: object = {}) => ({
  ...(name !== null && { name }),
  ...(typeof type === 'string' ? { type } : (type as object)),
  required: true,
  ...more,
});
const tensor = (dtype: string, ...shape: number[]) => ({ type: 'tensor', 'tensor-spec': { dtype, shape } });

function signature(
  inputs: readonly object[] | null,
  outputs: readonly object[] | null = [column(null, 'double')],
  params: readonly object[] | null = null,
): Signature | null {
  const text = (part: readonly object[] | null) => (part === null ? null : JSON.stringify(part));
  return readSignature({ inputs: text(inputs), outputs: text(outputs), params: text(params) });
}

describe('what MLflow writes is read', () => {
  test('columns, tensors, nested types and parameters', () => {
    const read = signature(
      [
        column('a', 'long'),
        column('o', {
          type: 'object',
          properties: {
            p: { type: 'string', required: true },
            q: { type: 'array', items: { type: 'long' }, required: false },
          },
        }),
        column('m', { type: 'map', values: { type: 'string' } }, { required: false }),
        column('t', tensor('float64', -1, 30)),
        column('any', 'any'),
      ],
      null,
      [
        { name: 'limit', type: 'double', default: 0.5, shape: null },
        { name: 'names', type: 'string', default: ['a'], shape: [-1] },
      ],
    );
    expect(read?.inputs?.map(({ name, type, isRequired }) => [name, typeText(type), isRequired])).toEqual([
      ['a', 'long', true],
      ['o', '{p: string, q?: array(long)}', true],
      ['m', 'map(string)', false],
      ['t', 'tensor(float64, -1×30)', true],
      ['any', 'any', true],
    ]);
    expect(read?.params?.map(({ name, type, fallback }) => [name, typeText(type), fallback])).toEqual([
      ['limit', 'double', '0.5'],
      ['names', 'array(string)', '["a"]'],
    ]);
  });

  test('older releases said `optional`, and nothing means required', () => {
    const read = signature([
      { name: 'a', type: 'long', optional: true },
      { name: 'b', type: 'long' },
    ]);
    expect(read?.inputs?.map(({ isRequired }) => isRequired)).toEqual([false, true]);
  });

  test.each([
    null,
    'text',
    { inputs: 'no JSON', outputs: null },
    { inputs: '[1]', outputs: null },
    { inputs: '[{"type":"tensor"}]' },
    { inputs: '{}', outputs: null },
    { inputs: null, outputs: null, params: '[]' },
    { inputs: `[${'{"type":"array","items":'.repeat(5_000)}{}${'}'.repeat(5_000)}]` },
  ])('anything else says nothing', (document) => {
    expect(readSignature(document)).toBeNull();
  });
});

describe('two signatures', () => {
  const of = (older: Signature | null, newer: Signature | null) => compareSignatures(older, newer);
  const one = signature([column('a', 'long'), column('b', 'double')]);

  test('that say the same are identical, in any order of named columns', () => {
    expect(of(one, signature([column('b', 'double'), column('a', 'long')]))).toEqual({
      compatibility: 'identical',
      changes: [],
    });
  });

  test('of which one does not say are not known to be either', () => {
    expect(of(one, null).compatibility).toBe('unknown');
    expect(of(null, one).compatibility).toBe('unknown');
    expect(of(one, signature([column('a', 'long')], null)).compatibility).toBe('unknown');
  });

  const ab = [column('a', 'long'), column('b', 'double')];
  test.each<[string, object[], object[], string, object[]]>([
    [
      'a new column that is wanted',
      ab,
      [...ab, column('c', 'long')],
      'breaking',
      [{ field: 'c', change: 'added' }],
    ],
    [
      'a new column that may be left out',
      ab,
      [...ab, column('c', 'long', { required: false })],
      'backward_compatible',
      [{ field: 'c', change: 'added', to: 'long', breaking: false }],
    ],
    [
      'a column that is not looked at any more',
      ab,
      [column('a', 'long')],
      'backward_compatible',
      [{ field: 'b', change: 'removed', from: 'double' }],
    ],
    [
      'a wider number',
      [column('a', 'integer')],
      [column('a', 'long')],
      'backward_compatible',
      [{ change: 'retyped' }],
    ],
    [
      'a narrower number',
      [column('a', 'double')],
      [column('a', 'float')],
      'breaking',
      [{ from: 'double', to: 'float' }],
    ],
    ['another type', [column('a', 'long')], [column('a', 'string')], 'breaking', [{ change: 'retyped' }]],
    [
      'a column that may be left out now',
      [column('a', 'long')],
      [column('a', 'long', { required: false })],
      'backward_compatible',
      [{ change: 'made_optional' }],
    ],
    [
      'a column that is wanted now',
      [column('a', 'long', { required: false })],
      [column('a', 'long')],
      'breaking',
      [{ change: 'made_required' }],
    ],
    [
      'a tensor of any size',
      [column(null, tensor('float64', -1, 30))],
      [column(null, tensor('float64', -1, -1))],
      'backward_compatible',
      [{ field: '#0', change: 'retyped' }],
    ],
    [
      'a tensor of another size',
      [column(null, tensor('float64', -1, 30))],
      [column(null, tensor('float64', -1, 31))],
      'breaking',
      [{ change: 'retyped' }],
    ],
    [
      'a place that is gone',
      [column(null, 'long'), column(null, 'long')],
      [column(null, 'long')],
      'breaking',
      [{ field: '#1' }],
    ],
    [
      'a property that is wanted',
      [column('o', { type: 'object', properties: { p: { type: 'long' } } })],
      [column('o', { type: 'object', properties: { p: { type: 'long' }, q: { type: 'long' } } })],
      'breaking',
      [{ change: 'retyped', to: '{p: long, q: long}' }],
    ],
    [
      'a property that may be left out',
      [column('o', { type: 'object', properties: { p: { type: 'long' } } })],
      [
        column('o', {
          type: 'object',
          properties: { p: { type: 'long' }, q: { type: 'long', required: false } },
        }),
      ],
      'backward_compatible',
      [{ change: 'retyped' }],
    ],
    [
      'items that are wider',
      [column('o', { type: 'array', items: { type: 'float' } })],
      [column('o', { type: 'array', items: { type: 'double' } })],
      'backward_compatible',
      [{ from: 'array(float)', to: 'array(double)' }],
    ],
  ])('%s', (_what, older, newer, compatibility, changes) => {
    expect(of(signature(older), signature(newer))).toMatchObject({ compatibility, changes });
  });

  test('answers are judged the other way round', () => {
    const answers = (...outputs: object[]) => signature([column('a', 'long')], outputs);
    const x = column('x', 'long');
    expect(of(answers(x), answers(x, column('y', 'long'))).compatibility).toBe('backward_compatible');
    expect(of(answers(x, column('y', 'long')), answers(x)).compatibility).toBe('breaking');
    expect(of(answers(x), answers(column('x', 'integer'))).compatibility).toBe('backward_compatible');
    expect(of(answers(x), answers(column('x', 'string'))).compatibility).toBe('breaking');
    expect(of(answers(x), answers(column('x', 'long', { required: false }))).compatibility).toBe('breaking');
  });

  test('parameters have defaults: new ones break nothing, and those that are gone do', () => {
    const withParams = (...params: object[]) => signature([column('a', 'long')], null, params);
    const t = { name: 't', type: 'double', default: 0.5, shape: null };
    expect(of(withParams(), withParams(t)).compatibility).toBe('backward_compatible');
    expect(of(withParams(t), withParams()).compatibility).toBe('breaking');
    expect(of(withParams(t), withParams({ ...t, default: 0.6 }))).toMatchObject({
      compatibility: 'backward_compatible',
      changes: [{ part: 'params', field: 't', change: 'new_default', from: '0.5', to: '0.6' }],
    });
  });
});
