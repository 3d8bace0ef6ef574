import { describe, expect, test } from 'vitest';
import { argonPasswords } from './passwords.ts';

const fast = argonPasswords({ memory: 64, passes: 1, parallelism: 1 });

describe('password hashes', () => {
  test('verify the password that they are of, and no other', async () => {
    const phc = await fast.hash('barn-owl-tractor-seven');
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await fast.verify('barn-owl-tractor-seven', phc)).toBe(true);
    expect(await fast.verify('barn-owl-tractor-sevem', phc)).toBe(false);
    expect(await fast.verify('', phc)).toBe(false);
  });

  test('differ for one password: each has its own salt', async () => {
    expect(await fast.hash('same')).not.toBe(await fast.hash('same'));
  });

  test('are read with the cost that they say, so that it can be raised later', async () => {
    const phc = await argonPasswords({ memory: 128, passes: 2, parallelism: 1 }).hash('pw');
    expect(await fast.verify('pw', phc)).toBe(true);
  });

  test('are those of other programs', async () => {
    // Made by argon2-cffi 25.1.0.
    const phc =
      '$argon2id$v=19$m=512,t=2,p=1$/GH0hjyYPJLHXRifgbKGvw$h3BeZmcupcyyCLXyQbJA4Kx4hbwkvTzDuJ+iAlTqMe4';
    expect(await fast.verify('barn-owl', phc)).toBe(true);
    expect(await fast.verify('barn-owI', phc)).toBe(false);
  });

  test.each([
    '',
    'plain',
    '$argon2i$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA',
    '$2b$10$abc',
  ])('are nothing else: %j', async (phc) => {
    expect(await fast.verify('pw', phc)).toBe(false);
  });

  test('have a decoy that no password verifies', async () => {
    expect(await fast.verify('', fast.decoy)).toBe(false);
    expect(await fast.verify('barn-owl-tractor-seven', fast.decoy)).toBe(false);
  });
});
