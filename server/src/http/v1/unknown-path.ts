import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { collectPaths } from '../plugins/known-paths.ts';
import { sendProblemAnswer } from './problem-reply.ts';

/**
 * What answers where no route does, for the routes that are added to `app` from now on: 405 with Allow when
 * the path is known with another method, else 404.
 */
export function registerUnknownPath(app: FastifyInstance): void {
  const allowedMethods = collectPaths(app);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = allowedMethods(path);
    return allowed.length === 0
      ? sendNotFound(path, request, reply)
      : sendNotAllowed(allowed, request, reply);
  });
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
