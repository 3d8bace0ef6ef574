import type { TokenScope } from '../../domain/api-token.ts';
import type { Identity } from './subject.ts';

/** A token, without its secret. */
export interface ApiToken {
  readonly tokenId: string;
  readonly subjectId: string;
  readonly name: string;
  /** The beginning of the secret. */
  readonly shownPrefix: string;
  readonly scopes: readonly TokenScope[];
  /** Names of models that it is good for; null: all. */
  readonly modelPattern: string | null;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
  readonly lastUsedAtMs: number | null;
}

/** What a request with a token needs to know, in one round trip. */
interface TokenIdentity extends Identity {
  readonly token: ApiToken;
}

export interface ApiTokenReader {
  find(tokenId: string): Promise<ApiToken | null>;
  /** By the SHA-256 of its secret, as hex; also revoked and expired ones. */
  findIdentity(secretSha256: string): Promise<TokenIdentity | null>;
  /** Those that begin so. */
  listByPrefix(shownPrefix: string): Promise<ApiToken[]>;
  /** The newest first; all subjects' when null. */
  list(query: { subjectIds: readonly string[] | null; offset: number; limit: number }): Promise<ApiToken[]>;
}

export interface ApiTokenWriter extends ApiTokenReader {
  insert(token: ApiToken & { readonly secretSha256: string }): Promise<void>;
  /** False when there is none that is not revoked. */
  revoke(tokenId: string, nowMs: number): Promise<boolean>;
  /** Takes note of when each was used last; an earlier instant changes nothing. */
  noteUse(uses: ReadonlyMap<string, number>): Promise<void>;
}
