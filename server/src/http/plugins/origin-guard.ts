import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidArgument, RegistryError } from '../../domain/errors.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const ANY_HOST = new Set(['/health', '/ready']);

/**
 * Against pages that rebind a name to this machine or post across origins (v1-api section 5): only IP
 * literals, localhost and the listed names are answered, and a change needs the server's own Origin, a
 * listed one, or none. Names are compared exactly, never by pattern.
 */
export function registerOriginGuard(
  app: FastifyInstance,
  allowed: { hosts: readonly string[]; origins: readonly string[] },
): void {
  const hosts = new Set(allowed.hosts.map((host) => host.toLowerCase()));
  const origins = new Set(allowed.origins.map((origin) => origin.toLowerCase()));
  app.addHook('onRequest', (request, reply, done) => {
    try {
      if (!ANY_HOST.has(request.url)) check(request);
      done();
    } catch (error) {
      reply.header('connection', 'close');
      done(error as Error);
    }
  });

  function check(request: FastifyRequest): void {
    if (isNamedTwice(request.raw.rawHeaders))
      throw invalidArgument('The Host header is given twice.', 'Host');
    const host = hostname(request.headers.host ?? '');
    if (host === null || !(isIP(host) !== 0 || host === 'localhost' || hosts.has(host)))
      throw invalidArgument(
        'The Host header names a host that this server does not answer to; list it in REGISTRY_ALLOWED_HOSTS.',
        'Host',
      );
    if (!SAFE_METHODS.has(request.method)) checkOrigin(request, origins);
  }
}

function checkOrigin(request: FastifyRequest, origins: ReadonlySet<string>): void {
  const origin = request.headers.origin?.toLowerCase();
  if (origin === undefined || origins.has(origin)) return;
  const own = request.headers.host?.toLowerCase();
  if (origin === `http://${own}` || origin === `https://${own}`) return;
  throw new RegistryError('permission_denied', {
    message: 'The Origin header names another site; list it in REGISTRY_ALLOWED_ORIGINS.',
  });
}

/** RFC 9112, section 3.2: a proxy may have read the other one. Names and values take turns in the list. */
function isNamedTwice(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.length === 4 && rawHeaders[i]?.toLowerCase() === 'host') hosts += 1;
  return hosts > 1;
}

/** The name without port and brackets, in lower case; null when the header is not of the form name[:port]. */
function hostname(header: string): string | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9_.-]+))(?::[0-9]{1,5})?$/.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase() ?? null;
}
