import type { FastifyReply, FastifyRequest } from 'fastify';
import { putArtifact } from '../../../operations/artifact.ts';
import type { Deps } from '../../../operations/ports.ts';
import { declaredSha256 } from '../../plugins/declared-digest.ts';
import { wholeBody } from '../../plugins/stream-body.ts';
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
    body: wholeBody(request.raw, path.text),
    declaredSha256: declaredSha256(request.headers),
  });
  reply.header('etag', `"${stored.sha256}"`);
  // MLflow: an empty body, without a content type.
  reply.send();
  return null;
}
