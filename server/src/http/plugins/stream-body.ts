import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { RegistryError } from '../../domain/errors.ts';

/**
 * Leaves the bodies of the routes of a scope unread, whatever they say they are: clients guess the type of a file,
 * and no guess is used. Only the handler reads, as a stream.
 */
export function registerStreamBody(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _body, done) => done(null));
  scope.addHook('onRequest', async (request) => {
    if (request.method === 'PUT' || request.method === 'POST')
      request.raw.headers['content-type'] = 'application/octet-stream';
  });
}

/**
 * The body, if it is all there: a sender that leaves, or whose bytes do not end where it said, has sent nothing.
 * `path` names the file in the error.
 * @throws `artifact_digest_mismatch`.
 */
export async function* wholeBody(raw: IncomingMessage, path: string): AsyncGenerator<Uint8Array> {
  const cut = () => new RegistryError('artifact_digest_mismatch', { path });
  try {
    yield* raw as AsyncIterable<Uint8Array>;
  } catch {
    throw cut();
  }
  // Bytes beyond the declared end are an error of the connection, which is told after the end of the body.
  await nextTurn();
  if (raw.complete === false || raw.socket.destroyed) throw cut();
}
