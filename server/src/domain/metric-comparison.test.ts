import { describe, expect, test } from 'vitest';
import { compareMetrics, judge } from './metric-comparison.ts';

function compared(v1: object, v2: object, data: [string | null, string | null] = [null, null]) {
  const side = (metrics: object, evaluatedOn: string | null) => ({
    metrics: new Map<string, number>(Object.entries(metrics)),
    measuredOn: new Map<string, string>(),
    evaluatedOn,
  });
  return compareMetrics(side(v1, data[0]), side(v2, data[1]));
}

describe('compareMetrics', () => {
  test('the difference is rounded to 12 significant digits and the percentage to two decimals', () => {
    expect(compared({ accuracy: 0.93 }, { accuracy: 0.95 }).get('accuracy')).toMatchObject({
      diff: 0.02,
      pctChange: 2.15,
      verdict: 'better',
    });
    expect(compared({ loss: -2 }, { loss: -1 }).get('loss')).toMatchObject({
      diff: 1,
      pctChange: 50,
      verdict: 'worse',
    });
  });

  test('a percentage of 0 and differences of infinities are null', () => {
    expect(compared({ mae: 0 }, { mae: 1 }).get('mae')).toMatchObject({ diff: 1, pctChange: null });
    const infinite = compared({ mae: Infinity }, { mae: -Infinity }).get('mae');
    expect(infinite).toMatchObject({ diff: null, pctChange: null, verdict: 'better' });
    expect(compared({ mae: NaN }, { mae: 1 }).get('mae')).toMatchObject({ diff: null, verdict: 'changed' });
    expect(compared({ mae: NaN }, { mae: NaN }).get('mae')).toMatchObject({ verdict: 'same' });
  });

  test('metrics of other data, or of data that only one names, are not comparable', () => {
    for (const data of [
      ['a', 'b'],
      ['a', null],
      [null, 'b'],
    ] as [string | null, string | null][])
      expect(compared({ mae: 1 }, { mae: 2 }, data).get('mae')).toMatchObject({
        verdict: 'not_comparable',
        dataset: 'different',
      });
    expect(compared({ mae: 1 }, { mae: 2 }, ['a', 'a']).get('mae')).toMatchObject({
      dataset: 'same',
      verdict: 'worse',
    });
  });

  test('what a metric itself was measured on counts before what the whole version was', () => {
    const side = (digest: string) => ({
      metrics: new Map([
        ['mae', 1],
        ['mse', 1],
      ]),
      measuredOn: new Map([['mae', digest]]),
      evaluatedOn: 'all',
    });
    const differences = compareMetrics(side('a'), side('b'));
    expect(differences.get('mae')).toMatchObject({ dataset: 'different', verdict: 'not_comparable' });
    expect(differences.get('mse')).toMatchObject({ dataset: 'same', verdict: 'same' });
  });
});

describe('judge', () => {
  test.each([
    [{ accuracy: 1, loss: 1 }, { accuracy: 2, loss: 2 }, 'mixed'],
    [{ accuracy: 1, loss: 1 }, { accuracy: 2, loss: 1 }, 'better'],
    [{ accuracy: 1, loss: 1 }, { accuracy: 1, loss: 2 }, 'worse'],
    [{ accuracy: 1 }, { accuracy: 1 }, 'same'],
    [{ birds: 1 }, { birds: 2 }, 'not_comparable'],
    [{ birds: 1 }, {}, 'not_comparable'],
    [{}, {}, 'not_comparable'],
  ])('%j against %j is %s', (v1, v2, outcome) => {
    expect(judge(compared(v1, v2), [1, 2]).outcome).toBe(outcome);
  });
});
