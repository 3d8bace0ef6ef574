import type { FastifyRequest } from 'fastify';
import { RegistryError } from '../../domain/errors.ts';
import type { Credentials } from '../../operations/authentication.ts';

/** `__Host-`: only over TLS (or localhost), for this host alone and the whole of it. */
export const SESSION_COOKIE = '__Host-registry-session';

/** RFC 7235's token68. */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;
const BASIC = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i;
/** Tokens of identity providers that list many groups are long; Node takes no more than this in all. */
const HEADER_LENGTH = 16_384;

/**
 * What the request shows of who sent it: the Authorization header, else the cookie of a session; null when nothing.
 * @throws `unauthenticated` for a header that is neither Bearer nor Basic.
 */
export function readCredentials(request: Pick<FastifyRequest, 'headers'>): Credentials | null {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined) return readAuthorization(authorization);
  const secret = cookie === undefined ? null : readCookie(cookie, SESSION_COOKIE);
  return secret === null ? null : { kind: 'session', secret };
}

function readAuthorization(header: string): Credentials {
  if (header.length <= HEADER_LENGTH) {
    const token = BEARER.exec(header)?.[1];
    if (token !== undefined) return { kind: 'bearer', token };
    const text = decode(BASIC.exec(header)?.[1] ?? '');
    const colon = text.indexOf(':');
    if (colon >= 0) return { kind: 'basic', name: text.slice(0, colon), password: text.slice(colon + 1) };
  }
  throw new RegistryError('unauthenticated', {
    message: 'The Authorization header is neither "Bearer <token>" nor "Basic <base64 of name:password>".',
  });
}

/** RFC 7617: UTF-8. */
function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

/** The value of a cookie. One that is there twice was set by two; neither is believed. */
export function readCookie(header: string, name: string): string | null {
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? (values[0] ?? null) : null;
}
