import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TObject } from 'typebox';
import { invalidArgument } from '../../domain/errors.ts';
import type { Deps } from '../../operations/ports.ts';
import type { Description, Exchange } from './endpoint.ts';
import { exchangeOf } from './session-cookie.ts';

/** An operation that sends a browser elsewhere. */
export interface RedirectEndpoint extends Description {
  /** For the documentation: the query may hold more, which an identity provider adds as it likes. */
  readonly schemas: { readonly params?: undefined; readonly query: TObject };
  /** Answers where to go: a path of this server, or a URL of the settings' choice. */
  readonly redirect: (
    deps: Deps,
    input: { readonly query: string; readonly exchange: Exchange },
  ) => Promise<string>;
}

/** Sends the browser there with a GET (RFC 9110, section 15.4.4). */
export async function sendRedirect(
  deps: Deps,
  endpoint: RedirectEndpoint,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<FastifyReply> {
  const at = request.url.indexOf('?');
  const query = at < 0 ? '' : request.url.slice(at + 1);
  for (const [name, value] of new URLSearchParams(query))
    if (value.includes('\0')) throw invalidArgument('A text has no NUL.', name.replaceAll('\0', ''));
  const location = await endpoint.redirect(deps, { query, exchange: exchangeOf(request, reply) });
  return reply.header('cache-control', 'no-store').redirect(location, 303);
}
