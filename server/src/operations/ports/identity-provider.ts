import type { ExternalClaims } from '../../domain/external-identity.ts';

/** What a browser keeps while it is away at the provider: it proves that the answer is to this question. */
export interface SignInAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Who signs people and programs in elsewhere. Everything throws `unavailable` when it does not answer. */
export interface IdentityProvider {
  /** Where to send the browser. Null: browsers do not sign in here. */
  begin(): Promise<{ readonly url: string; readonly attempt: SignInAttempt } | null>;
  /** What the provider answers to a browser that comes back with this query. @throws `unauthenticated`. */
  finish(query: string, attempt: SignInAttempt): Promise<ExternalClaims>;
  /** Whom an access token (a JWT for us) is about. @throws `unauthenticated`. */
  verifyAccessToken(token: string): Promise<ExternalClaims>;
}
