import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../../../operations/ports.ts';
import { registerStreamBody } from '../../plugins/stream-body.ts';
import type { Door } from '../door.ts';
import { renderProtoJson } from '../proto-json/render.ts';
import { ARTIFACT_ROUTES } from '../rpcs/artifact.ts';
import { permissionOf } from '../rpcs/rpc-row.ts';
import { mountedRoutes } from '../rpcs.ts';
import { createPresignedDownloadUrlDoor, createPresignedUploadUrlDoor } from './create-presigned-url.ts';
import { deleteProxyArtifact } from './delete-artifact.ts';
import { downloadArtifact } from './download-artifact.ts';
import { getLoggedModelArtifact, getModelVersionArtifact, getRunArtifact } from './get-artifact.ts';
import { listArtifactsDoor } from './list-artifacts.ts';
import { listLoggedModelArtifactsDoor } from './list-logged-model-artifacts.ts';
import { listProxy } from './list-proxy-artifacts.ts';
import { uploadArtifact } from './upload-artifact.ts';
import { uploadRunArtifact } from './upload-run-artifact.ts';

export const artifactDoors: readonly Door[] = [
  listArtifactsDoor,
  listLoggedModelArtifactsDoor,
  createPresignedUploadUrlDoor,
  createPresignedDownloadUrlDoor,
];

/**
 * Answers with a message, or with null when it sent the reply itself (a reply must not be awaited: it resolves
 * when it was sent). `route` is where the artifacts hang.
 */
type Handler = (
  deps: Deps,
  route: string,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<object | null>;

const HANDLERS: Record<(typeof ARTIFACT_ROUTES)[number]['name'], Handler> = {
  listProxyArtifacts: listProxy,
  downloadArtifact,
  uploadArtifact,
  deleteArtifact: deleteProxyArtifact,
  getArtifact: getRunArtifact,
  getModelVersionArtifact,
  uploadRunArtifact,
  getLoggedModelArtifact,
};

/** The artifact proxy, at every prefix the same, and the other ways to a file. Bodies are streams that only an upload reads. */
export function registerArtifactRoutes(app: FastifyInstance, { deps }: { deps: Deps }): void {
  app.register(async (scope) => {
    registerStreamBody(scope);
    for (const row of ARTIFACT_ROUTES)
      for (const { method, url } of mountedRoutes(row)) {
        const route = url.replace(/\/\*$/, '');
        const handle = HANDLERS[row.name];
        scope.route({
          method: method === 'GET' ? ['GET', 'HEAD'] : method,
          url,
          exposeHeadRoute: false,
          config: { operation: row.name, permission: permissionOf(row.permission) },
          handler: async (request, reply) => {
            const answer = await handle(deps, route, request, reply);
            if (answer === null) return reply;
            return reply.type('application/json').send(renderProtoJson(answer));
          },
        });
      }
  });
}
