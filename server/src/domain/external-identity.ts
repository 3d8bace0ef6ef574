import { isSubjectName, NAME_LENGTH } from './subject.ts';

/** What an identity provider says of somebody. Who it is, is issuer and id together; all else may change. */
export interface ExternalClaims {
  readonly issuer: string;
  readonly externalId: string;
  /** What the account may be called here, best first. */
  readonly names: readonly string[];
  /** Null: the provider says nothing about groups. */
  readonly groups: readonly string[] | null;
}

/** OpenID Connect Core, section 2: `sub` has at most 255 characters. */
const EXTERNAL_ID_LENGTH = 255;
const GROUP_LENGTH = 256;
const GROUP_COUNT = 1_000;
/** The order in which claims are asked for a name. */
const NAME_CLAIMS = ['preferred_username', 'email', 'name', 'sub'] as const;
const CONTROL = /\p{Cc}/u;
/** What no name has. */
const FOREIGN = /[^\p{L}\p{M}\p{N}._@+-]/u;

/**
 * Reads the claims of a token that was verified. `groupsClaim` is the claim that lists groups: its whole name
 * (`https://farm.example/groups`), or the way to it (`realm_access.roles`). Null: there is no usable `sub`.
 */
export function readClaims(
  issuer: string,
  claims: Readonly<Record<string, unknown>>,
  groupsClaim: string,
): ExternalClaims | null {
  const { sub } = claims;
  if (typeof sub !== 'string' || sub === '' || sub.length > EXTERNAL_ID_LENGTH || !isPlain(sub)) return null;
  const names = NAME_CLAIMS.map((claim) => claims[claim]).filter((name) => typeof name === 'string');
  return { issuer, externalId: sub, names, groups: readGroups(claims, groupsClaim) };
}

/** Of what is no name of a group nothing is believed. */
function readGroups(claims: Readonly<Record<string, unknown>>, claim: string): readonly string[] | null {
  const value = lookUp(claims, claim);
  const groups = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(groups)) return null;
  const named = groups.filter(
    (group): group is string =>
      typeof group === 'string' && group !== '' && group.length <= GROUP_LENGTH && isPlain(group),
  );
  return [...new Set(named)].sort().slice(0, GROUP_COUNT);
}

function lookUp(claims: Readonly<Record<string, unknown>>, claim: string): unknown {
  if (Object.hasOwn(claims, claim)) return claims[claim];
  return claim.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    return (value as Record<string, unknown>)[key];
  }, claims);
}

function isPlain(text: string): boolean {
  return text.isWellFormed() && !CONTROL.test(text);
}

/**
 * Names that the account can have, in the order in which they are tried: what the provider calls it, then the same
 * with a number, as somebody else may have it already; the last is nobody's. A name is given once and never follows
 * the provider's: whoever could rename themselves there would become somebody else here.
 */
export function accountNames({ names }: Pick<ExternalClaims, 'names'>, uuid: string): readonly string[] {
  const wanted = names.map(asName).find((name) => name !== null) ?? null;
  const own = `user-${uuid}`;
  if (wanted === null) return [own];
  return [wanted, ...[2, 3, 4, 5, 6, 7, 8, 9].map((n) => `${wanted}-${n}`), own];
}

/** The text in the grammar of names; null when nothing of it is left. */
function asName(text: string): string | null {
  const words = text
    .normalize('NFKC')
    .split(FOREIGN)
    .filter((word) => word !== '');
  const name = [...words.join('-')]
    .slice(0, NAME_LENGTH - 2)
    .join('')
    .replace(/^[^\p{L}\p{N}]+/u, '');
  return isSubjectName(name) ? name : null;
}

/** Where a browser goes after it signed in: a path of this server. Null: it is none. */
export function parseReturnPath(text: string): string | null {
  const isPath = /^\/(?![/\\])[\x21-\x7e]*$/.test(text) && !text.includes('\\');
  return isPath && text.length <= 2_000 ? text : null;
}
