import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RegistryError } from '../../domain/errors.ts';
import { parseStrictJson } from './strict-json.ts';

const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5 }),
  ),
})).value;

describe('parseStrictJson', () => {
  test('reads what JSON.stringify writes as JSON.parse does, with and without spaces and escapes', () => {
    fc.assert(
      fc.property(json, fc.constantFrom('', ' ', '\t'), fc.boolean(), (value, space, inAscii) => {
        const plain = JSON.stringify(value, null, space);
        const source = inAscii ? plain.replace(/[\u007f-\uffff]/g, escaped) : plain;
        const wholeNumbers = (_key: string, item: unknown) =>
          typeof item === 'bigint' ? Number(item) : item;
        const read = JSON.stringify(parseStrictJson(source), wholeNumbers);
        expect(read).toBe(JSON.stringify(JSON.parse(source)));
      }),
    );
  });

  test('any text is read or refused as invalid_argument, never anything else', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      '\\u0000',
      '1',
      'e',
      '-',
      'null',
      'NaN',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        try {
          parseStrictJson(parts.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(RegistryError);
          expect((error as RegistryError).code).toBe('invalid_argument');
        }
      }),
    );
  });

  test('an object with a key twice is refused wherever it stands', () => {
    fc.assert(
      fc.property(text, json, json, (key, before, after) => {
        const name = JSON.stringify(key);
        const object = `{${name}:${JSON.stringify(before)},${name}:${JSON.stringify(after)}}`;
        expect(() => parseStrictJson(`[${object}]`)).toThrow(/given twice/);
      }),
    );
  });
});

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
