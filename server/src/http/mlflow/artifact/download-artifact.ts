import type { FastifyReply, FastifyRequest } from 'fastify';
import { artifactName } from '../../../domain/artifact-path.ts';
import { openArtifact } from '../../../operations/artifact.ts';
import type { Deps } from '../../../operations/ports.ts';
import { sendFile } from '../../plugins/send-file.ts';
import { pathOfRequest } from './request-path.ts';

/** GET and HEAD of a file; sends it itself. */
export async function downloadArtifact(
  deps: Deps,
  route: string,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const path = pathOfRequest(request, route);
  const opened = await openArtifact(deps, request.actor, path);
  await sendFile(request, reply, { ...opened, name: artifactName(path) });
  return null;
}
