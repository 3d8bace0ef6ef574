import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseNewPassword } from './password.ts';

describe('a new password', () => {
  test.each([
    'correct mule battery clip',
    'barn-owl-tractor-seven',
    'Hühnerstall im Nebelmond',
    '鶏舎の温度計は二十一度を示しています',
    'x9#Kv2!mQz7@Lw4p',
    '83927461058372916',
    'my password manager made the word heliotrope',
  ])('may be %j', (password) => {
    expect(parseNewPassword(password, 'mia')).toBe(password.normalize('NFKC'));
  });

  test.each([
    'password1234567',
    'P@ssw0rdP@ssw0rd!',
    'Passwort-Passwort',
    'qwertyuiop123456789',
    'aaaaaaaaaaaaaaaaaaaa',
    'chicken1chicken1',
    'abababababababab',
    '0123456789012345',
    'letmeinletmein2026',
    'correct horse battery staple',
    'correcthorsebatterystaple',
    'abcdefghijklmnopqrstuvwxyz',
    'FarmIQ-Registry-2026',
    'miamouse-2026-01-01',
    'Admin!Admin!2026!!',
  ])('is refused when it is among the first tried: %j', (password) => {
    expect(() => parseNewPassword(password, 'miamouse')).toThrow(/among the first that are tried/);
  });

  test('has 15 to 256 characters, however many bytes or units', () => {
    expect(() => parseNewPassword('shorter-than-15', 'mia')).not.toThrow();
    expect(() => parseNewPassword('shorter-than15', 'mia')).toThrow('15 to 256 characters; this has 14');
    expect(() => parseNewPassword('🐔🐓🐣🐤🐥🐦🦆', 'mia')).toThrow('this has 7');
    expect(() => parseNewPassword('abcdefg hij!'.repeat(22), 'mia')).toThrow('this has 264');
  });

  test('never stands in the refusal', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 13 }), (password) => {
        expect(() => parseNewPassword(`§${password}`, 'mia')).toThrow(
          expect.objectContaining({ message: expect.not.stringContaining(`§${password}`) }),
        );
      }),
    );
  });
});
