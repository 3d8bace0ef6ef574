import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RegistryError } from '../../domain/errors.ts';
import { encodePageToken, parsePageToken } from './page-token.ts';

test('a token gives back its place, to its own list only', () => {
  fc.assert(
    fc.property(fc.nat(2_147_483_647), (position) => {
      const token = encodePageToken('versions', position);
      expect(parsePageToken('versions', token)).toBe(position);
      expect(() => parsePageToken('models', token)).toThrow(RegistryError);
    }),
  );
});

test('any other text is refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), fc.stringMatching(/^models:/)), (text) => {
      expect(() => parsePageToken('models', text)).toThrow(RegistryError);
      const token = Buffer.from(`models:${text}`).toString('base64url');
      if (!/^(0|[1-9][0-9]{0,9})$/.test(text))
        expect(() => parsePageToken('models', token)).toThrow(RegistryError);
    }),
  );
});
