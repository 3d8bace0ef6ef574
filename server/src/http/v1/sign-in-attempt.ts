import { parseReturnPath } from '../../domain/external-identity.ts';
import type { SignInAttempt } from '../../operations/ports/identity-provider.ts';

/** What the cookie holds while the browser is at the identity provider. */
export interface KeptAttempt extends SignInAttempt {
  readonly returnTo: string;
}

/** As a cookie's value. It tells its browser nothing that it may not know, and no other one can set it. */
export function renderAttempt({ state, nonce, codeVerifier, returnTo }: KeptAttempt): string {
  return Buffer.from(JSON.stringify([state, nonce, codeVerifier, returnTo])).toString('base64url');
}

/** Null: it is none. */
export function parseAttempt(text: string): KeptAttempt | null {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(value) || value.length !== 4 || !value.every((item) => typeof item === 'string'))
    return null;
  const [state, nonce, codeVerifier, path] = value as [string, string, string, string];
  const returnTo = parseReturnPath(path);
  return returnTo === null ? null : { state, nonce, codeVerifier, returnTo };
}
