/**
 * Signed notes of C2SP (c2sp.org/signed-note): a text that ends with a newline, an empty line, and a line
 * `— <name> <base64 of key id and signature>` for each signature. Signatures here are Ed25519.
 */
export interface SignedNote {
  /** What is signed, with its last newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

interface NoteSignature {
  readonly name: string;
  /** The first four bytes of the key's id, as 8 hex digits. */
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** Who signs, and with which key: what `<name>+<key id>+<base64 of type and key>` says. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

const ED25519 = 1;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const KEY_ID_BYTES = 4;

/** The verifier of a key; `sha256` answers hex digits. @throws Error when the name cannot stand in a note. */
export function noteVerifier(
  name: string,
  publicKey: Uint8Array,
  sha256: (data: Uint8Array) => string,
): NoteVerifier {
  if (!isKeyName(name)) throw new Error('the name of a key has no blanks and no plus sign');
  const named = [...new TextEncoder().encode(`${name}\n`), ED25519, ...publicKey];
  return { name, keyId: sha256(Uint8Array.from(named)).slice(0, 2 * KEY_ID_BYTES), publicKey };
}

/** The public key as a line that can be handed on: `<name>+<key id>+<base64>`. */
export function renderVerifier({ name, keyId, publicKey }: NoteVerifier): string {
  return `${name}+${keyId}+${toBase64(Uint8Array.of(ED25519, ...publicKey))}`;
}

/** Null when the line is no Ed25519 verifier, or its id is not that of its key. */
export function parseVerifier(line: string, sha256: (data: Uint8Array) => string): NoteVerifier | null {
  const [name = '', keyId, encoded = '', ...more] = splitVerifier(line.trim());
  const key = fromBase64(encoded);
  if (more.length > 0 || !isKeyName(name) || key?.length !== KEY_BYTES + 1 || key[0] !== ED25519) return null;
  const verifier = noteVerifier(name, key.subarray(1), sha256);
  return verifier.keyId === keyId ? verifier : null;
}

/** Base64 has plus signs of its own: only the first two part the line. */
function splitVerifier(line: string): string[] {
  const first = line.indexOf('+');
  const second = line.indexOf('+', first + 1);
  return first < 0 || second < 0
    ? [line]
    : [line.slice(0, first), line.slice(first + 1, second), line.slice(second + 1)];
}

export function renderNote({ text, signatures }: SignedNote): string {
  const lines = signatures.map(({ name, keyId, signature }) => {
    const id = [0, 2, 4, 6].map((at) => Number.parseInt(keyId.slice(at, at + 2), 16));
    return `— ${name} ${toBase64(Uint8Array.of(...id, ...signature))}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/** Null when it is no signed note. Signatures of other kinds and lengths are left out. */
export function parseNote(note: string): SignedNote | null {
  const gap = note.lastIndexOf('\n\n');
  if (gap < 0 || !note.endsWith('\n') || !note.isWellFormed()) return null;
  const signatures: NoteSignature[] = [];
  for (const line of note.slice(gap + 2, -1).split('\n')) {
    const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
    const bytes = fromBase64(match?.[2] ?? '');
    if (match?.[1] === undefined || bytes === null || bytes.length < KEY_ID_BYTES) return null;
    if (bytes.length !== KEY_ID_BYTES + SIGNATURE_BYTES) continue;
    const keyId = [...bytes.subarray(0, KEY_ID_BYTES)].map((byte) => byte.toString(16).padStart(2, '0'));
    signatures.push({
      name: match[1],
      keyId: keyId.join(''),
      signature: bytes.subarray(KEY_ID_BYTES),
    });
  }
  return { text: note.slice(0, gap + 1), signatures };
}

function isKeyName(name: string): boolean {
  return /^[^\s+]+$/u.test(name);
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Null when the text is no canonical base64. */
export function fromBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return toBase64(bytes) === text ? bytes : null;
}
