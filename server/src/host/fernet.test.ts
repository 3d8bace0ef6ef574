import { describe, expect, test } from 'vitest';
import { openFernet, parseFernetKey, sealFernet } from './fernet.ts';
import { webhookSecrets } from './webhook-secrets.ts';

/** The vector of https://github.com/fernet/spec (generate.json, verify.json). */
const SECRET = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=';
const TOKEN =
  'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==';
const KEY = parseFernetKey(SECRET);
const OTHER_KEY = parseFernetKey(Buffer.alloc(32, 7).toString('base64url').concat('='));

/** The spec's token with one byte changed. */
function changed(at: number): string {
  const bytes = Buffer.from(TOKEN, 'base64url');
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return `${bytes.toString('base64url')}==`;
}

describe('Fernet', () => {
  test('makes the token of the specification', () => {
    const iv = Buffer.from(Array.from({ length: 16 }, (_, index) => index));
    expect(sealFernet(KEY, 'hello', { seconds: 499_162_800, iv })).toBe(TOKEN);
  });

  test('reads the token of the specification', () => {
    expect(openFernet(KEY, TOKEN)).toBe('hello');
  });

  test('what it sealed it opens, whatever the text, and never twice the same token', () => {
    for (const text of ['', 'a', 'x'.repeat(16), 'ü€🐔\0', '\ufeffa', 'x'.repeat(687)])
      expect(openFernet(KEY, sealFernet(KEY, text))).toBe(text);
    expect(sealFernet(KEY, 'a')).not.toBe(sealFernet(KEY, 'a'));
    expect(sealFernet(KEY, 'x'.repeat(687)).length).toBeLessThanOrEqual(1_000);
  });

  test('a token that was changed anywhere, cut, or sealed with another key does not open', () => {
    const bytes = Buffer.from(TOKEN, 'base64url').length;
    for (let at = 0; at < bytes; at += 1) expect(openFernet(KEY, changed(at)), `byte ${at}`).toBeNull();
    for (const text of ['', '%', 'gAAA', TOKEN.slice(0, -4), `${TOKEN}=`, ` ${TOKEN}`, 'plain text'])
      expect(openFernet(KEY, text)).toBeNull();
    expect(openFernet(OTHER_KEY, TOKEN)).toBeNull();
  });

  test.each([
    '',
    'short',
    `${SECRET}=`,
    SECRET.slice(0, -1),
    'x'.repeat(44),
    Buffer.alloc(33).toString('base64url'),
  ])('%j is no key', (text) => {
    expect(() => parseFernetKey(text)).toThrow();
  });
});

describe('secrets of webhooks', () => {
  test('sign as MLflow does', () => {
    const secrets = webhookSecrets(SECRET);
    const signing = secrets.sign(secrets.seal('topsecret') ?? '', 'id.1.body');
    // python: base64.b64encode(hmac.new(b'topsecret', b'id.1.body', 'sha256').digest())
    expect(signing).toEqual({ kind: 'signed', signature: 'ccWHgRUb6koMcvYEwg/hNg3e0sz0Kxc/W8nInP7jtc8=' });
  });

  test('an empty one signs nothing, one of another key is unreadable, and without a key there are none', () => {
    const secrets = webhookSecrets(SECRET);
    expect(secrets.sign(secrets.seal('') ?? '', 'x')).toEqual({ kind: 'unsigned' });
    expect(secrets.sign(sealFernet(OTHER_KEY, 'a'), 'x')).toEqual({ kind: 'unreadable' });
    expect(webhookSecrets(null).seal('a')).toBeNull();
    expect(webhookSecrets(null).sign(TOKEN, 'x')).toEqual({ kind: 'unreadable' });
  });
});
