import { describe, expect, test } from 'vitest';
import { type GatedVersion, judgeGate } from './gate.ts';
import type { MetricGate, SignatureGate } from './policy.ts';
import { scoreKey } from './score-table.ts';
import { readSignature } from './signature.ts';

const NO_GATE: MetricGate = {
  kind: 'metric',
  metric: 'accuracy',
  atLeast: null,
  atMost: null,
  notWorseThan: null,
  tolerance: { kind: 'absolute', amount: 0 },
  sameDataset: 'any',
  late: 'refuse',
  counts: null,
  samples: null,
  confidence: 0.95,
};
const version = (
  number: number,
  metrics: Record<string, number>,
  more: Partial<GatedVersion> = {},
): GatedVersion => ({
  version: number,
  metrics: new Map(Object.entries(metrics)),
  measuredOn: new Map(),
  evaluatedOn: null,
  late: new Set(),
  signature: null,
  scores: new Map(),
  ...more,
});
const judge = (
  gate: Partial<MetricGate>,
  candidate: GatedVersion,
  incumbent: GatedVersion | null = null,
  directions: Record<string, 'higher_is_better' | 'lower_is_better'> = {},
) =>
  judgeGate(
    { ...NO_GATE, ...gate },
    { candidate, incumbent, directions: new Map(Object.entries(directions)) },
  );
const v7 = (accuracy: number, more: Partial<GatedVersion> = {}) => version(7, { accuracy }, more);
const v3 = (accuracy: number, more: Partial<GatedVersion> = {}) => version(3, { accuracy }, more);
const relative = { notWorseThan: 'production' } as const;

describe('an absolute gate', () => {
  test.each<[Partial<MetricGate>, number, string]>([
    [{ atLeast: 0.9 }, 0.9, 'passed'],
    [{ atLeast: 0.9 }, 0.8999, 'failed'],
    [{ atMost: 50 }, 50, 'passed'],
    [{ atMost: 50 }, 50.1, 'failed'],
    [{ atLeast: 0.1, atMost: 0.2 }, 0.15, 'passed'],
    [{ atLeast: 0.9 }, Number.NaN, 'failed'],
    [{ atLeast: 0.9 }, Number.POSITIVE_INFINITY, 'passed'],
    [{ atLeast: 0.9 }, Number.NEGATIVE_INFINITY, 'failed'],
  ])('%j is, at %d, %s', (gate, value, outcome) => {
    expect(judge(gate, v7(value)).outcome).toBe(outcome);
  });

  test('says what is so and what is wanted', () => {
    expect(judge({ atLeast: 0.9 }, v7(0.88)).detail).toBe('accuracy is 0.88; at least 0.9 is wanted');
    expect(judge({ atLeast: 0.9 }, v7(0.95)).detail).toBe('accuracy is 0.95 (at least 0.9)');
  });

  test('holds up what was not measured, or was logged later', () => {
    expect(judge({ metric: 'recall', atLeast: 0 }, v7(1))).toMatchObject({
      outcome: 'missing',
      detail: 'recall was not measured',
      value: null,
    });
    const late = v7(1, { late: new Set(['accuracy']) });
    expect(judge({ atLeast: 0 }, late).outcome).toBe('late');
    expect(judge({ atLeast: 0, late: 'accept' }, late).outcome).toBe('passed');
  });
});

describe('a gate against the incumbent', () => {
  test.each<[number, number, MetricGate['tolerance'], string]>([
    [0.93, 0.93, { kind: 'absolute', amount: 0 }, 'passed'],
    [0.92, 0.93, { kind: 'absolute', amount: 0 }, 'failed'],
    [0.92, 0.93, { kind: 'absolute', amount: 0.01 }, 'passed'],
    [0.919, 0.93, { kind: 'absolute', amount: 0.01 }, 'failed'],
    [0.99, 0.93, { kind: 'absolute', amount: 0 }, 'passed'],
    [0.9114, 0.93, { kind: 'relative', amount: 0.02 }, 'passed'],
    [0.9113, 0.93, { kind: 'relative', amount: 0.02 }, 'failed'],
    [Number.NEGATIVE_INFINITY, 0.5, { kind: 'absolute', amount: 100 }, 'failed'],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, { kind: 'absolute', amount: 0 }, 'passed'],
  ])('%d after %d with %j is %s', (value, before, tolerance, outcome) => {
    expect(judge({ ...relative, tolerance }, v7(value), v3(before)).outcome).toBe(outcome);
  });

  test('knows which way a metric gets better, or is told by the policy', () => {
    const gate = { ...relative, metric: 'latency_ms' };
    const [fast, slow] = [version(7, { latency_ms: 20 }), version(3, { latency_ms: 30 })];
    expect(judge(gate, fast, slow).outcome).toBe('passed');
    expect(judge(gate, slow, fast).outcome).toBe('failed');
    const eggs = { ...relative, metric: 'eggs' };
    const [few, many] = [version(7, { eggs: 1 }), version(3, { eggs: 2 })];
    expect(judge(eggs, few, many)).toMatchObject({ outcome: 'not_comparable', direction: null });
    expect(judge(eggs, few, many, { eggs: 'lower_is_better' }).outcome).toBe('passed');
    expect(judge(eggs, few, many, { eggs: 'higher_is_better' }).outcome).toBe('failed');
  });

  test('has its figures for a person to judge', () => {
    const gate = {
      ...relative,
      metric: 'recall/camera:ir',
      tolerance: { kind: 'absolute', amount: 0.01 },
    } as const;
    const result = judge(
      gate,
      version(7, { 'recall/camera:ir': 0.81 }),
      version(3, { 'recall/camera:ir': 0.84 }),
    );
    expect(result).toEqual({
      kind: 'metric',
      metric: 'recall/camera:ir',
      outcome: 'failed',
      value: 0.81,
      incumbent: { version: 3, value: 0.84 },
      difference: -0.03,
      interval: null,
      direction: 'higher_is_better',
      detail:
        'recall/camera:ir is 0.81, 0.84 of version 3 in production: −0.03, which is worse; 0.01 is tolerated',
    });
  });

  test('passes when there is no incumbent', () => {
    expect(judge(relative, v7(0.1))).toMatchObject({
      outcome: 'passed',
      detail: 'accuracy is 0.1 (nobody in production to compare with)',
    });
  });

  test('fails closed when the two cannot be compared', () => {
    const on = (digest: string) => ({ measuredOn: new Map([['accuracy', digest]]) });
    const outcome = (gate: Partial<MetricGate>, candidate: GatedVersion, incumbent: GatedVersion) =>
      judge({ ...relative, ...gate }, candidate, incumbent).outcome;
    expect(outcome({}, v7(0.9, on('a')), v3(0.8, on('b')))).toBe('not_comparable');
    expect(outcome({}, v7(0.9, on('a')), v3(0.8))).toBe('not_comparable');
    expect(outcome({}, v7(0.9, on('a')), v3(0.8, on('a')))).toBe('passed');
    expect(outcome({}, v7(0.9), v3(0.8))).toBe('passed');
    expect(outcome({ sameDataset: 'required' }, v7(0.9), v3(0.8))).toBe('not_comparable');
    expect(outcome({ sameDataset: 'required' }, v7(0.9, { evaluatedOn: 'a' }), v3(0.8, on('a')))).toBe(
      'passed',
    );
    expect(outcome({}, v7(0.9), version(3, {}))).toBe('not_comparable');
    expect(outcome({}, v7(0.9), v3(Number.NaN))).toBe('not_comparable');
  });
});

describe('a gate on a proportion that was counted', () => {
  const counts = { successes: 'hits', trials: 'shown' };
  const gate = { metric: 'recall/camera:ir', notWorseThan: 'production', counts } as const;
  const counted = (number: number, hits: number, shown: number) => version(number, { hits, shown });

  test('is held up by a loss that is no chance, with the interval', () => {
    expect(judge(gate, counted(7, 8_900, 10_000), counted(3, 9_210, 10_000))).toEqual({
      kind: 'metric',
      metric: 'recall/camera:ir',
      outcome: 'failed',
      value: 0.89,
      incumbent: { version: 3, value: 0.921 },
      difference: -0.031,
      interval: { low: expect.closeTo(-0.0391, 4), high: expect.closeTo(-0.0229, 4), confidence: 0.95 },
      direction: 'higher_is_better',
      detail:
        'recall/camera:ir: −3.1 points against version 3 in production (95 % CI −3.9…−2.3), which is worse; 0.0 points are tolerated',
    });
  });

  test('is passed by what is surely not worse than is tolerated', () => {
    const tolerance = { kind: 'absolute', amount: 0.04 } as const;
    const result = judge({ ...gate, tolerance }, counted(7, 8_900, 10_000), counted(3, 9_210, 10_000));
    expect(result.outcome).toBe('passed');
  });

  test('is held up by few samples, which prove nothing, and says so', () => {
    const tolerance = { kind: 'absolute', amount: 0.03 } as const;
    const result = judge({ ...gate, tolerance }, counted(7, 46, 50), counted(3, 46, 50));
    expect(result).toMatchObject({ outcome: 'failed', difference: 0 });
    expect(result.detail).toMatch(/which may be worse; more samples would tell; 3\.0 points are tolerated$/);
    expect(judge({ ...gate, tolerance }, counted(7, 9_200, 10_000), counted(3, 9_200, 10_000)).outcome).toBe(
      'passed',
    );
  });

  test('takes a lower rate for a better one where the policy says so', () => {
    const directions = { 'recall/camera:ir': 'lower_is_better' } as const;
    expect(judge(gate, counted(7, 100, 10_000), counted(3, 400, 10_000), directions).outcome).toBe('passed');
    expect(judge(gate, counted(7, 400, 10_000), counted(3, 100, 10_000), directions).outcome).toBe('failed');
  });

  test('fails closed without counts', () => {
    expect(judge(gate, version(7, { hits: 5 }), counted(3, 1, 2))).toMatchObject({
      outcome: 'missing',
      detail: 'hits of shown was not counted, of which recall/camera:ir is made',
    });
    expect(judge(gate, counted(7, 5, 4), counted(3, 1, 2)).outcome).toBe('missing');
    expect(judge(gate, counted(7, 1, 2), version(3, {})).outcome).toBe('not_comparable');
    const late = { ...counted(7, 1, 2), late: new Set(['shown']) };
    expect(judge(gate, late, counted(3, 1, 2)).detail).toBe(
      'shown was logged after version 7 was registered',
    );
  });
});

describe('a gate on scores by sample', () => {
  const samples = { path: 'eval/scores.json', sample: 'image', score: 'hit' };
  const scored = (number: number, values: readonly number[], isLate = false) =>
    version(
      number,
      {},
      {
        scores: new Map([
          [
            scoreKey(samples),
            {
              sha256: 'f',
              isLate,
              table: { kind: 'scores', scores: new Map(values.map((value, i) => [`s${i}`, value])) },
            },
          ],
        ]),
      },
    );
  const hits = (count: number, from = 0) =>
    Array.from({ length: 100 }, (_, i) => (i >= from && i < from + count ? 1 : 0));
  const gate = { metric: 'recall', samples, ...relative } as const;

  test('passes what is surely not worse, and shows the figures', () => {
    expect(judge(gate, scored(7, hits(90)), scored(3, hits(80)))).toMatchObject({
      outcome: 'passed',
      value: 0.9,
      incumbent: { version: 3, value: 0.8 },
      difference: 0.1,
      detail: expect.stringMatching(
        /^recall: \+10\.0 points against version 3 in production \(95 % CI \+\d\.\d…\+1\d\.\d\)$/,
      ),
    });
  });

  test('tells from pairs what two means do not: the same difference, scattered, is not sure', () => {
    const tolerance = { kind: 'absolute', amount: 0.03 } as const;
    const close = judge({ ...gate, tolerance }, scored(7, hits(80)), scored(3, hits(80)));
    expect(close.outcome).toBe('passed');
    const scattered = judge({ ...gate, tolerance }, scored(7, hits(80)), scored(3, hits(80, 20)));
    expect(scattered).toMatchObject({ outcome: 'failed', difference: 0 });
    expect(scattered.detail).toMatch(
      /which may be worse; more samples would tell; 3\.0 points are tolerated$/,
    );
  });

  test('shows other scores as they are', () => {
    const grams = (shift: number) => Array.from({ length: 50 }, (_, i) => 20 + (i % 5) + shift);
    const result = judge({ ...gate, metric: 'mae' }, scored(7, grams(1)), scored(3, grams(0)));
    expect(result.detail).toBe(
      'mae: +1 against version 3 in production (95 % CI +1…+1), which is worse; 0 are tolerated',
    );
  });

  test('bounds the mean', () => {
    expect(judge({ metric: 'recall', samples, atLeast: 0.8 }, scored(7, hits(79))).detail).toBe(
      'recall is 0.79; at least 0.8 is wanted',
    );
  });

  test('fails closed', () => {
    const unread = 'no eval/scores.json was read among the files of version';
    expect(judge(gate, version(7, { recall: 1 }), scored(3, hits(80)))).toMatchObject({
      outcome: 'missing',
      detail: `recall is not known: ${unread} 7 or of its run`,
    });
    expect(judge(gate, scored(7, hits(80)), version(3, { recall: 0 }))).toMatchObject({
      outcome: 'not_comparable',
      detail: `recall is not known of version 3 in production: ${unread} 3 or of its run`,
    });
    expect(judge(gate, scored(7, hits(80).slice(1)), scored(3, hits(80)))).toMatchObject({
      outcome: 'not_comparable',
      detail: 'one sample of recall is only in the table of version 7 or of version 3 in production',
    });
    expect(judge(gate, scored(7, hits(80), true), scored(3, hits(80)))).toMatchObject({
      outcome: 'late',
      detail: 'eval/scores.json was logged after version 7 was registered',
    });
    const broken = version(
      7,
      {},
      {
        scores: new Map([
          [
            scoreKey(samples),
            { sha256: 'f', isLate: false, table: { kind: 'unreadable', why: 'it has no rows' } },
          ],
        ]),
      },
    );
    expect(judge(gate, broken, scored(3, hits(80)))).toMatchObject({
      outcome: 'missing',
      detail: 'recall is not known: eval/scores.json cannot be used: it has no rows',
    });
  });
});

describe('a gate on the signature', () => {
  const of = (...columns: readonly (readonly [string, string])[]): Partial<GatedVersion> => {
    const inputs = columns.map(([name, type]) => ({ name, type }));
    return { signature: readSignature({ inputs: JSON.stringify(inputs), outputs: '[{"type":"double"}]' }) };
  };
  const judgeOne = (
    atLeast: SignatureGate['atLeast'],
    candidate: Partial<GatedVersion>,
    incumbent: Partial<GatedVersion> | null,
  ) =>
    judgeGate(
      { kind: 'signature', atLeast, with: 'production' },
      {
        candidate: version(7, {}, candidate),
        incumbent: incumbent === null ? null : version(3, {}, incumbent),
        directions: new Map(),
      },
    );

  test.each<[SignatureGate['atLeast'], Partial<GatedVersion>, Partial<GatedVersion> | null, string, string]>([
    [
      'backward_compatible',
      of(['a', 'long'], ['b', 'string']),
      of(['a', 'long']),
      'failed',
      'the signature is not backward-compatible to that of version 3 in production: inputs b added (string)',
    ],
    [
      'backward_compatible',
      of(['a', 'long']),
      of(['a', 'integer']),
      'passed',
      'the signature is backward-compatible to that of version 3 in production',
    ],
    [
      'identical',
      of(['a', 'long']),
      of(['a', 'integer']),
      'failed',
      'the signature is not identical to that of version 3 in production: inputs a retyped (integer → long)',
    ],
    [
      'identical',
      of(['a', 'long']),
      of(['a', 'long']),
      'passed',
      'the signature is identical to that of version 3 in production',
    ],
    [
      'backward_compatible',
      {},
      of(['a', 'long']),
      'not_comparable',
      'the sealed files of version 7 do not say what the model takes and gives',
    ],
    [
      'backward_compatible',
      of(['a', 'long']),
      {},
      'not_comparable',
      'the sealed files of version 3 in production do not say what the model takes and gives',
    ],
    ['identical', {}, null, 'passed', 'nobody in production to compare with'],
  ])('%s', (atLeast, candidate, incumbent, outcome, detail) => {
    expect(judgeOne(atLeast, candidate, incumbent)).toMatchObject({ kind: 'signature', outcome, detail });
  });
});
