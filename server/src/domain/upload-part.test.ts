import { expect, test } from 'vitest';
import { checkPartCount, checkParts } from './upload-part.ts';

const refusal = expect.objectContaining({ code: 'invalid_argument' });

test('an upload has 1 to 10,000 parts', () => {
  for (const count of [1, 10_000]) expect(() => checkPartCount(count)).not.toThrow();
  for (const count of [0, -1, 10_001, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 63])
    expect(() => checkPartCount(count)).toThrow(refusal);
});

test('parts come in any order, each once, and there is one at least', () => {
  const parts = (...numbers: number[]) => numbers.map((partNumber) => ({ partNumber }));
  for (const sent of [parts(1), parts(3, 1, 2), parts(2, 10_000)])
    expect(() => checkParts(sent)).not.toThrow();
  for (const sent of [parts(), parts(0), parts(1, 10_001), parts(1, 2, 1), parts(1, 2.5)])
    expect(() => checkParts(sent)).toThrow(refusal);
});
