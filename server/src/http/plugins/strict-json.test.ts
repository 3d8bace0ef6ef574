import { describe, expect, test } from 'vitest';
import { type JsonValue, parseStrictJson, readStrictJson } from './strict-json.ts';

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('parseStrictJson', () => {
  test.each<[name: string, text: string, value: JsonValue]>([
    ['an integer beyond 2^53', '{"a":9007199254740993}', { a: 9007199254740993n }],
    ['a negative integer beyond 2^53', '[-9223372036854775808]', [-9223372036854775808n]],
    ['an integer within 2^53', '[9007199254740991]', [9007199254740991]],
    ['a float with many digits', '[0.12345678901234566]', [0.12345678901234566]],
    [
      'a float with many digits beside a great integer',
      '[0.5,12345678901234567890]',
      [0.5, 12345678901234567890n],
    ],
    ['digits inside of a string', '["12345678901234567890"]', ['12345678901234567890']],
    ['an escaped quote before a comma', '{"a\\\\":"\\",","b":1}', { 'a\\': '",', b: 1 }],
    ['a surrogate pair by escapes', '["\\ud83d\\udc14"]', ['\u{1f414}']],
    ['equal keys in different objects', '[{"a":1},{"a":{"a":2}}]', [{ a: 1 }, { a: { a: 2 } }]],
    ['a hundred levels', deep(100), JSON.parse(deep(100))],
    ['null', 'null', null],
  ])('keeps %s exactly', (_name, text, value) => {
    expect(parseStrictJson(text)).toEqual(value);
    expect(parseStrictJson(Buffer.from(text))).toEqual(value);
  });

  test.each([
    ['101 levels', deep(101), /nested deeper than 100/],
    ['100,000 levels', '{"a":'.repeat(100_000), /nested deeper than 100/],
    ['100,001 values', `[${'1,'.repeat(100_000)}1]`, /more than 100000 values/],
    ['a number of 401 digits', `[${'1'.repeat(401)}]`, /more than 400 digits/],
    ['a number beyond a double', '{"a":1e999}', /beyond the range of a double/],
    ['a key given twice', '{"a":1,"b":{"c":1,"c":2}}', /key "c" is given twice/],
    ['a key given twice by an escape', '{"name":1,"\\u006eame":2}', /key "name" is given twice/],
    ['__proto__ given twice', '{"__proto__":1,"__proto__":2}', /key "__proto__" is given twice/],
    ['NUL in a value', '["\\u0000"]', /NUL/],
    ['NUL in a key', '{"a\\u0000":1}', /NUL/],
    ['a lone surrogate', '["\\ud800"]', /lone surrogate/],
    ['a lone surrogate as it is', '["\ud800"]', /lone surrogate/],
    ['a bare NaN', '{"value":NaN}', /NaN and Infinity must be written in quotes/],
    ['a bare -Infinity', '[-Infinity]', /NaN and Infinity must be written in quotes/],
    ['a truncated text', '{"a":', /not JSON/],
    ['a raw control character', '["\u0000"]', /not JSON/],
    ['nothing', '', /not JSON/],
  ])('refuses %s with a sentence', (_name, text, sentence) => {
    expect(() => parseStrictJson(text)).toThrow(sentence);
    expect(() => parseStrictJson(text)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });

  test('a key named __proto__ is a key and changes no prototype', () => {
    const value = parseStrictJson('{"__proto__":{"polluted":true}}') as object;
    expect(Object.hasOwn(value, '__proto__')).toBe(true);
    expect((value as { polluted?: unknown }).polluted).toBeUndefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('bytes that are no UTF-8 are no JSON, and a byte order mark is skipped', () => {
    expect(readStrictJson(Uint8Array.of(0x22, 0xff, 0x22))).toMatchObject({ ok: false });
    expect(readStrictJson(Buffer.from('\ufeff{}'))).toEqual({ ok: true, value: {} });
  });
});
