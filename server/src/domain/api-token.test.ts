import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { greatestRole, isApiToken, parseTokenScopes, renderApiToken, shownPrefix } from './api-token.ts';

const random = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('an API token', () => {
  test('is frt_ and 49 letters and digits, different for different randomness', () => {
    fc.assert(
      fc.property(random, random, (one, other) => {
        const token = renderApiToken(one);
        expect(token).toMatch(/^frt_[0-9A-Za-z]{49}$/);
        expect(isApiToken(token)).toBe(true);
        expect(renderApiToken(other) === token).toBe(Buffer.compare(one, other) === 0);
      }),
    );
  });

  test('ends with the CRC-32 of what stands before it', () => {
    // Computed by Python's zlib.
    expect(renderApiToken(new Uint8Array(32))).toBe('frt_00000000000000000000000000000000000000000004F5dbl');
    expect(renderApiToken(new Uint8Array(32).fill(255))).toBe(
      'frt_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp11OXxNZ',
    );
  });

  test('is no token with one character changed, swapped with its neighbour, missing or added', () => {
    fc.assert(
      fc.property(random, fc.nat(48), fc.constantFrom(...'09azAZ'), (bytes, place, character) => {
        const token = renderApiToken(bytes);
        const at = 4 + place;
        const changed = `${token.slice(0, at)}${character}${token.slice(at + 1)}`;
        expect(isApiToken(changed)).toBe(changed === token);
        const swapped = `${token.slice(0, at)}${token.charAt(at + 1)}${token.charAt(at)}${token.slice(at + 2)}`;
        if (swapped.length === token.length) expect(isApiToken(swapped)).toBe(swapped === token);
        expect(isApiToken(token.slice(0, -1))).toBe(false);
        expect(isApiToken(token + character)).toBe(false);
        expect(isApiToken(`${token}\n`)).toBe(false);
      }),
    );
  });

  test('shows no more of itself than its owner needs to know it again', () => {
    expect(shownPrefix(renderApiToken(new Uint8Array(32)))).toBe('frt_000000');
  });
});

describe('the scopes of a token', () => {
  test('are each once, in their order', () => {
    expect(parseTokenScopes(['write', 'read', 'write'])).toEqual(['read', 'write']);
    expect(greatestRole(['read', 'write'])).toBe('writer');
    expect(greatestRole(['approve'])).toBe('approver');
  });

  test.each([[[]], [['Read']], [['read', 'everything']]])(
    'are refused when there are no such: %j',
    (texts) => {
      expect(() => parseTokenScopes(texts)).toThrow('read, write, approve, admin');
    },
  );
});
