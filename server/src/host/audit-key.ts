import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AuditSigner, VerifySignature } from '../operations/ports/audit-signer.ts';

/** What stands before the 32 bytes of an Ed25519 key in its DER form (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * The signer whose key is in the file, which is made, for its owner's eyes only, when it is not there; of two
 * processes that make it at the same time both use that of the first.
 * @throws Error that names the file when it cannot be used.
 */
export function auditSignerOfFile(path: string): AuditSigner {
  try {
    if (!existsSync(path)) writeNewKey(path);
    return auditSigner(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`The audit key ${path} cannot be used: ${(cause as Error).message}`, { cause });
  }
}

/** Whole or not at all: written beside it, then linked. */
function writeNewKey(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, newAuditKey(), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(beside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(beside);
  }
}

/** A new private key, as PEM (PKCS #8). */
export function newAuditKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/**
 * The signer of a private key. The log is named after its key, so that checkpoints of two logs are never mixed up.
 * @throws Error when the text is no Ed25519 private key in PEM.
 */
export function auditSigner(pem: string): AuditSigner {
  const key = readKey(pem);
  const publicKey = rawKey(createPublicKey(key));
  const origin = `farmiq-registry/${Buffer.from(publicKey.subarray(0, 6)).toString('hex')}`;
  return { origin, publicKey, sign: (text) => new Uint8Array(sign(null, Buffer.from(text), key)) };
}

export const verifySignature: VerifySignature = (text, signature, publicKey) =>
  verify(
    null,
    Buffer.from(text),
    createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' }),
    signature,
  );

function readKey(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the audit key is no Ed25519 key');
  return key;
}

function rawKey(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length));
}
