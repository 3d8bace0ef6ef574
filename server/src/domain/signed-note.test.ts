import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCheckpoint, renderCheckpoint } from './checkpoint.ts';
import { noteVerifier, parseNote, parseVerifier, renderNote, renderVerifier } from './signed-note.ts';

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

/** The key and the note of the example in Go's package golang.org/x/mod/sumdb/note. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const SAYING =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const SIGNED = `${SAYING}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

function spki(publicKey: Uint8Array) {
  const prefix = Buffer.from('302a300506032b6570032100', 'hex');
  return createPublicKey({ key: Buffer.concat([prefix, publicKey]), format: 'der', type: 'spki' });
}

describe('signed notes', () => {
  test('verify as those of other programs do', () => {
    const verifier = parseVerifier(PETER, sha256);
    const note = parseNote(SIGNED);
    expect(note?.text).toBe(SAYING);
    expect(note?.signatures).toMatchObject([{ name: 'PeterNeumann', keyId: verifier?.keyId }]);
    const [signature] = note?.signatures ?? [];
    if (verifier === null || signature === undefined) throw new Error('not read');
    expect(verify(null, Buffer.from(SAYING), spki(verifier.publicKey), signature.signature)).toBe(true);
    expect(renderVerifier(verifier)).toBe(PETER);
    if (note !== null) expect(renderNote(note)).toBe(SIGNED);
  });

  test('are read as they were written', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const verifier = noteVerifier('farmiq.example/log', raw, sha256);
    fc.assert(
      fc.property(fc.nat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (size, root) => {
        const checkpoint = { origin: 'farmiq.example/log', size, root: Buffer.from(root).toString('hex') };
        const text = renderCheckpoint(checkpoint);
        const signature = new Uint8Array(sign(null, Buffer.from(text), privateKey));
        const read = parseNote(renderNote({ text, signatures: [{ ...verifier, signature }] }));
        expect(read?.text).toBe(text);
        expect(read?.signatures[0]?.signature).toEqual(signature);
        expect(parseCheckpoint(read?.text ?? '')).toEqual(checkpoint);
      }),
    );
  });

  test.each(['', 'text\n', 'text\n\n', 'text\n\nno dash\n', `${SIGNED}x`, SIGNED.replace('— ', '- ')])(
    'are not taken from what is none: %j',
    (text) => {
      expect(parseNote(text)).toBeNull();
    },
  );

  test.each([
    '',
    'name',
    'name+00000000+AA==',
    PETER.replace('c74f20a3', 'c74f20a4'),
    PETER.replace('+AR', '+BR'),
    PETER.replace('PeterNeumann', 'Peter Neumann'),
    `${PETER}A`,
  ])('have no verifier of another form: %j', (line) => {
    expect(parseVerifier(line, sha256)).toBeNull();
  });

  test.each(['', 'origin\n', 'origin\n01\nAAAA\n', 'origin\n-1\nAAAA\n', 'origin\n1\nAAAA\n', '\n1\n\n'])(
    'hold no checkpoint when the text is none: %j',
    (text) => {
      expect(parseCheckpoint(text)).toBeNull();
    },
  );
});
