import type { FastifyRequest } from 'fastify';
import { deleteArtifact } from '../../../operations/artifact.ts';
import type { Deps } from '../../../operations/ports.ts';
import { pathOfRequest } from './request-path.ts';

/** DELETE of a file or a folder; MLflow: absent is fine. */
export async function deleteProxyArtifact(deps: Deps, route: string, request: FastifyRequest) {
  await deleteArtifact(deps, request.actor, pathOfRequest(request, route));
  return {};
}
