import type { FastifyInstance } from 'fastify';

/** Twice what 32 MiB take on a line of 4 Mbit/s. */
const BODY_DEADLINE_MS = 120_000;

/**
 * Bounds the time in which the body of a message arrives, for the routes of a scope; a sender that trickles is
 * answered 408 and cut. Not for files, which take as long as they take.
 */
export function registerBodyDeadline(scope: FastifyInstance, deadlineMs = BODY_DEADLINE_MS): void {
  scope.addHook('preParsing', (request, reply, payload, done) => {
    // Nothing is read of a request without a body.
    if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined)
      return done(null, payload);
    const timer = setTimeout(() => {
      reply.header('connection', 'close');
      payload.emit('error', tooSlow(deadlineMs));
    }, deadlineMs);
    const stop = () => clearTimeout(timer);
    payload.once('end', stop);
    payload.once('close', stop);
    done(null, payload);
  });
}

/** In the form of the errors of the HTTP server, which both wires know how to answer. */
function tooSlow(deadlineMs: number): Error {
  const message = `The body did not arrive within ${deadlineMs / 1_000} s.`;
  return Object.assign(new Error(message), { statusCode: 408, code: 'FST_BODY_TOO_SLOW' });
}
