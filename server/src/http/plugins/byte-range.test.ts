import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRange } from './byte-range.ts';

describe('parseRange', () => {
  test.each([
    ['bytes=0-', { first: 0, last: 9 }],
    ['bytes=2-4', { first: 2, last: 4 }],
    ['Bytes= 2-4 ', { first: 2, last: 4 }],
    ['bytes=9-9', { first: 9, last: 9 }],
    ['bytes=5-100', { first: 5, last: 9 }],
    ['bytes=-3', { first: 7, last: 9 }],
    ['bytes=-100', { first: 0, last: 9 }],
  ])('%s of ten bytes is one range', (header, range) => {
    expect(parseRange(header, 10)).toEqual(range);
  });

  test.each([
    undefined,
    '',
    'bytes=',
    'bytes=-',
    'bytes=5-2',
    'bytes=a-b',
    'bytes=0-1,3-4',
    `bytes=${'0-,'.repeat(1_000)}0-`,
    'items=0-1',
    'bytes=--1',
    'bytes=0-99999999999999999999',
  ])('%s is the whole', (header) => {
    expect(parseRange(header, 10)).toBeNull();
  });

  test.each(['bytes=10-', 'bytes=10-11', 'bytes=-0', 'bytes=9999999999999999-'])(
    '%s of ten bytes cannot be answered',
    (header) => {
      expect(() => parseRange(header, 10)).toThrow(
        expect.objectContaining({ code: 'range_not_satisfiable' }),
      );
    },
  );

  test('no header leads outside of the file', () => {
    const part = fc.option(fc.nat({ max: 30 }), { nil: null }).map((n) => (n === null ? '' : String(n)));
    fc.assert(
      fc.property(part, part, fc.nat({ max: 20 }), (first, last, sizeBytes) => {
        try {
          const range = parseRange(`bytes=${first}-${last}`, sizeBytes);
          return range === null || (range.first >= 0 && range.first <= range.last && range.last < sizeBytes);
        } catch {
          return true;
        }
      }),
    );
  });
});
