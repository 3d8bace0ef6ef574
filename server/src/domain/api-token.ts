import { ROLES, type Role } from './actor.ts';
import { invalidArgument } from './errors.ts';

/**
 * A secret that stands for a subject: `frt_`, 43 characters of base 62 (256 random bits), 6 more that are a CRC-32 of
 * what stands before. The prefix and the checksum let scanners find leaked ones, and let us refuse a mistyped one
 * without asking the database.
 */
const PREFIX = 'frt_';
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_BYTES = 32;
const RANDOM_DIGITS = 43;
const CHECKSUM_DIGITS = 6;
const FORM = /^frt_[0-9A-Za-z]{49}$/;
/** What of a token may be shown afterwards, so that its owner knows it again. */
const SHOWN_LENGTH = PREFIX.length + 6;

/** What a token may be used for; each names the verbs of one role, not those below it. */
export const TOKEN_SCOPES = ['read', 'write', 'approve', 'admin'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

const SCOPE_OF_ROLE = {
  reader: 'read',
  writer: 'write',
  approver: 'approve',
  admin: 'admin',
} as const satisfies Record<Role, TokenScope>;

/** The secret's text. `random`: 32 bytes from the system's source of randomness. */
export function renderApiToken(random: Uint8Array): string {
  if (random.length !== RANDOM_BYTES) throw new Error('a token has 32 random bytes');
  const body = `${PREFIX}${base62(bigintOf(random), RANDOM_DIGITS)}`;
  return body + checksumOf(body);
}

/** Whether the text has the form of a token, its checksum included. */
export function isApiToken(text: string): boolean {
  const end = PREFIX.length + RANDOM_DIGITS;
  return FORM.test(text) && text.slice(end) === checksumOf(text.slice(0, end));
}

/** Its beginning, for lists. */
export function shownPrefix(token: string): string {
  return token.slice(0, SHOWN_LENGTH);
}

/** @throws `invalid_argument` for one that there is not, or none at all. */
export function parseTokenScopes(texts: readonly string[], parameter = 'scopes'): TokenScope[] {
  const unknown = texts.find((text) => !(TOKEN_SCOPES as readonly string[]).includes(text));
  if (unknown !== undefined || texts.length === 0)
    throw invalidArgument(`A token has one or more of the scopes ${TOKEN_SCOPES.join(', ')}.`, parameter);
  return TOKEN_SCOPES.filter((scope) => texts.includes(scope));
}

/** The scope that a verb of this role asks for. */
export function scopeOf(role: Role): TokenScope {
  return SCOPE_OF_ROLE[role];
}

/** The greatest role whose verbs the scopes hold; null when they hold none. */
export function greatestRole(scopes: readonly TokenScope[]): Role | null {
  return ROLES.findLast((role) => scopes.includes(SCOPE_OF_ROLE[role])) ?? null;
}

function checksumOf(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_DIGITS);
}

function bigintOf(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n) text = DIGITS.charAt(Number(rest % 62n)) + text;
  return text;
}

/** CRC-32 as of ISO 3309, of ASCII text. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
