import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ArtifactPath } from '../../../domain/artifact-path.ts';
import { RegistryError } from '../../../domain/errors.ts';
import { putArtifact } from '../../../operations/artifact.ts';
import type { Deps } from '../../../operations/ports.ts';
import { declaredSha256 } from '../../plugins/declared-digest.ts';
import { pathOfRequest } from './request-path.ts';

/** PUT: streams the body to its place, hashing on the way. The body is stored as sent, never decoded. */
export async function uploadArtifact(
  deps: Deps,
  route: string,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const path = pathOfRequest(request, route);
  const stored = await putArtifact(deps, request.actor, {
    path,
    body: wholeBody(request.raw, path),
    declaredSha256: declaredSha256(request.headers),
  });
  reply.header('etag', `"${stored.sha256}"`);
  return {};
}

/**
 * The body, if it is all there: a sender that leaves, or whose bytes do not end where it said, has sent nothing.
 * @throws `artifact_digest_mismatch`.
 */
async function* wholeBody(raw: IncomingMessage, path: ArtifactPath): AsyncGenerator<Uint8Array> {
  const cut = () => new RegistryError('artifact_digest_mismatch', { path: path.text });
  try {
    yield* raw as AsyncIterable<Uint8Array>;
  } catch {
    throw cut();
  }
  // Bytes beyond the declared end are an error of the connection, which is told after the end of the body.
  await nextTurn();
  if (raw.complete === false || raw.socket.destroyed) throw cut();
}
