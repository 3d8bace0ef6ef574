import { describe, expect, test } from 'vitest';
import { checkBatch, checkParam, checkRunId, checkRunTag, givenRunName, type RunBatch } from './run.ts';

const EMPTY: RunBatch = { metrics: [], params: [], tags: [] };
const metrics = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    key: `m${index}`,
    value: 1,
    timestampMs: 1,
    step: 0,
    modelId: null,
    datasetName: null,
    datasetDigest: null,
  }));
const pairs = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: '' }));

describe('a batch', () => {
  test.each([
    [
      { ...EMPTY, metrics: metrics(1_001) },
      'can contain at most 1000 metrics. Got 1001 metrics. Please split up',
    ],
    [{ ...EMPTY, params: pairs(101) }, 'can contain at most 100 params. Got 101 params.'],
    [{ ...EMPTY, tags: pairs(101) }, 'can contain at most 100 tags. Got 101 tags.'],
    [
      { ...EMPTY, metrics: metrics(950), params: pairs(60) },
      'A batch logging request can contain at most 1000 metrics, params, and tags. Got 1010 metrics, params, and tags. Please split up metrics, params, and tags across multiple requests and try again.',
    ],
    [
      { ...EMPTY, params: [...pairs(1), ...pairs(1)] },
      "Duplicate parameter keys have been submitted: ['k0']. Please ensure the request contains only one param value per param key.",
    ],
    [{ ...EMPTY, tags: [{ key: 't$', value: '' }] }, "for parameter 'tags[0].key' supplied"],
    [{ ...EMPTY, params: [{ key: '../p', value: '' }] }, "for parameter 'params[0].key' supplied"],
    [
      { ...EMPTY, tags: [{ key: 'k'.repeat(251), value: '' }] },
      "'tags[0].key' exceeds the maximum length of 250 characters",
    ],
  ])('is refused with the sentence of MLflow', (batch, sentence) => {
    expect(() => checkBatch(batch)).toThrow(sentence);
  });

  test('of exactly the limits is fine', () => {
    expect(() => checkBatch({ metrics: metrics(800), params: pairs(100), tags: pairs(100) })).not.toThrow();
  });
});

test('values are refused and never cut', () => {
  expect(() => checkParam({ key: 'p', value: 'v'.repeat(6_001) })).toThrow(
    "'Param value' exceeds the maximum length of 6000 characters",
  );
  expect(() => checkRunTag({ key: 't', value: 'v'.repeat(8_001) })).toThrow(
    "'value' exceeds the maximum length of 8000 characters",
  );
  expect(() => checkRunTag({ key: 'registry.t', value: '' })).toThrow('reserved');
});

test.each(['', '-a', 'bad id!', 'a'.repeat(257), '../x'])('%j is no run id', (runId) => {
  expect(() => checkRunId(runId)).toThrow(
    `Invalid value ${JSON.stringify(runId)} for parameter 'run_id' supplied.`,
  );
});

test('a run is named by the argument or the tag, which must agree', () => {
  const tag = (value: string) => [{ key: 'mlflow.runName', value }];
  expect(givenRunName('', [])).toBeNull();
  expect(givenRunName('', tag(''))).toBeNull();
  expect(givenRunName('x', [])).toBe('x');
  expect(givenRunName('', tag('y'))).toBe('y');
  expect(() => givenRunName('x', tag('y'))).toThrow(
    "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='x', mlflow.runName='y').",
  );
});
