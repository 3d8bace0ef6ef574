import type { FastifyRequest } from 'fastify';
import { listProxyArtifacts } from '../../../operations/artifact.ts';
import type { Deps } from '../../../operations/ports.ts';
import { renderFiles } from './render-artifact.ts';
import { pathOfQuery } from './request-path.ts';

/** GET of a folder's entries; MLflow: by their names alone, and nothing for an absent one. */
export async function listProxy(deps: Deps, _route: string, request: FastifyRequest) {
  const entries = await listProxyArtifacts(deps, request.actor, pathOfQuery(request));
  return { files: renderFiles(entries.map(({ name, ...entry }) => ({ ...entry, path: name }))) };
}
