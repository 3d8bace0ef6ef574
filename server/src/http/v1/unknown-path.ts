import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { sendProblemAnswer } from './problem-reply.ts';

interface KnownPath {
  /** Segments of the path; null where a parameter stands, `*` for the rest. */
  readonly segments: readonly (string | null)[];
  readonly methods: Set<string>;
}

/**
 * What answers where no route does, for the routes that are added to `app` from now on: 405 with Allow when
 * the path is known with another method, else 404.
 */
export function registerUnknownPath(app: FastifyInstance): void {
  const known = new Map<string, KnownPath>();
  app.addHook('onRoute', (route) => remember(known, route));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = allowedMethods(known, path);
    return allowed.length === 0
      ? sendNotFound(path, request, reply)
      : sendNotAllowed(allowed, request, reply);
  });
}

function remember(known: Map<string, KnownPath>, { url, method }: RouteOptions): void {
  const entry = known.get(url) ?? { segments: patternOf(url), methods: new Set<string>() };
  for (const one of [method].flat()) entry.methods.add(one);
  known.set(url, entry);
}

function patternOf(url: string): (string | null)[] {
  return url.split('/').map((segment) => (segment.startsWith(':') ? null : segment));
}

function allowedMethods(known: ReadonlyMap<string, KnownPath>, path: string): string[] {
  const segments = path.split('/');
  const fits = [...known.values()].filter(
    ({ segments: pattern }) =>
      (pattern.at(-1) === '*' ? segments.length >= pattern.length : segments.length === pattern.length) &&
      pattern.every((part, index) => part === null || part === '*' || part === segments[index]),
  );
  return [...new Set(fits.flatMap(({ methods }) => [...methods]))].sort();
}

function sendNotFound(path: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const detail = `Nothing answers ${request.method} ${path}; /docs lists every endpoint.`;
  return sendProblemAnswer(
    { code: 'endpoint_not_found', status: 404, title: 'No such endpoint', detail },
    request,
    reply,
  );
}

function sendNotAllowed(
  allowed: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const list = allowed.join(', ');
  const detail = `This path does not answer ${request.method}; it answers ${list}.`;
  reply.header('allow', list);
  return sendProblemAnswer(
    { code: 'method_not_allowed', status: 405, title: 'Method not allowed', detail, members: { allowed } },
    request,
    reply,
  );
}
