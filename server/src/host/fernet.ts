import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Fernet tokens (https://github.com/fernet/spec): version 0x80, 8 bytes of time, 16 of IV, AES-128-CBC, and an
 * HMAC-SHA256 over all of it, in URL-safe base64 with padding.
 */

export interface FernetKey {
  readonly signing: Buffer;
  readonly encryption: Buffer;
}

const VERSION = 0x80;
const IV_AT = 9;
const CIPHER_AT = 25;
const BLOCK_BYTES = 16;
const MAC_BYTES = 32;
const URL_SAFE = /^[A-Za-z0-9_-]*={0,2}$/;

/** @throws Error when it is not 32 bytes in URL-safe base64. */
export function parseFernetKey(text: string): FernetKey {
  const bytes = decode(text);
  if (bytes?.length !== 32) throw new Error('not a Fernet key');
  return { signing: bytes.subarray(0, 16), encryption: bytes.subarray(16) };
}

/** `made` is for tests: the time in seconds and the IV, by default now and random. */
export function sealFernet(
  key: FernetKey,
  text: string,
  made: { seconds: number; iv: Buffer } = {
    seconds: Math.floor(Date.now() / 1_000),
    iv: randomBytes(BLOCK_BYTES),
  },
): string {
  const head = Buffer.alloc(IV_AT);
  head[0] = VERSION;
  head.writeBigUInt64BE(BigInt(made.seconds), 1);
  const cipher = createCipheriv('aes-128-cbc', key.encryption, made.iv);
  const signed = Buffer.concat([head, made.iv, cipher.update(text, 'utf8'), cipher.final()]);
  const token = Buffer.concat([signed, mac(key, signed)]).toString('base64');
  return token.replaceAll('+', '-').replaceAll('/', '_');
}

/** The text; null when the token is broken, or sealed with another key. Its age does not matter. */
export function openFernet(key: FernetKey, token: string): string | null {
  const bytes = decode(token);
  if (bytes === null || bytes.length < CIPHER_AT + BLOCK_BYTES + MAC_BYTES || bytes[0] !== VERSION)
    return null;
  const signed = bytes.subarray(0, -MAC_BYTES);
  if (!timingSafeEqual(mac(key, signed), bytes.subarray(-MAC_BYTES))) return null;
  try {
    const decipher = createDecipheriv('aes-128-cbc', key.encryption, signed.subarray(IV_AT, CIPHER_AT));
    const text = Buffer.concat([decipher.update(signed.subarray(CIPHER_AT)), decipher.final()]);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    return null;
  }
}

function mac(key: FernetKey, bytes: Buffer): Buffer {
  return createHmac('sha256', key.signing).update(bytes).digest();
}

/** Null for what is not whole groups of URL-safe base64; Node's own decoder takes anything. */
function decode(text: string): Buffer | null {
  return URL_SAFE.test(text) && text.length % 4 === 0 ? Buffer.from(text, 'base64url') : null;
}
