import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ArtifactPath, artifactName } from '../../../domain/artifact-path.ts';
import { RegistryError } from '../../../domain/errors.ts';
import { missingParameter } from '../../../domain/key-rules.ts';
import { parseVersionNumber } from '../../../domain/model-version.ts';
import type { OpenedArtifact } from '../../../operations/artifact.ts';
import { getModelVersion } from '../../../operations/model-version.ts';
import type { Deps } from '../../../operations/ports.ts';
import { openLoggedModelArtifact, openRunArtifact } from '../../../operations/run-artifact.ts';
import { openVersionFile } from '../../../operations/version-file.ts';
import { sendFile } from '../../plugins/send-file.ts';
import { BadRequest } from '../errors.ts';
import { missing } from '../proto-json/refusal.ts';
import { oneOf, queryOf } from '../query.ts';
import { pathOfQuery } from './request-path.ts';

/** GET of a run's file. MLflow: an absent run id is looked up by the name `None`. */
export async function getRunArtifact(
  deps: Deps,
  _route: string,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const path = filePath(request, 'path');
  const query = queryOf(request);
  const runId = oneOf(query, 'run_id') || oneOf(query, 'run_uuid') || 'None';
  return send(request, reply, path, await openRunArtifact(deps, request.actor, { runId, path }));
}

/** GET of a file of a registered version. */
export async function getModelVersionArtifact(
  deps: Deps,
  _route: string,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const query = queryOf(request);
  if (oneOf(query, 'path') === null) throw missing('path');
  pathOfQuery(request, 'path');
  const name = oneOf(query, 'name');
  if (!name) throw missingParameter('name');
  const given = oneOf(query, 'version');
  // MLflow: answers 500 here.
  if (given === null) throw missingParameter('version');
  const version = parseVersionNumber(given);
  await getModelVersion(deps, request.actor, { name, version });
  const path = filePath(request, 'path');
  const reference = { by: 'number', version } as const;
  return send(request, reply, path, await openVersionFile(deps, request.actor, { name, reference, path }));
}

/** GET of a logged model's file. */
export async function getLoggedModelArtifact(
  deps: Deps,
  _route: string,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  if (!oneOf(queryOf(request), 'artifact_file_path'))
    throw new BadRequest('Request must include the "artifact_file_path" query parameter.');
  const path = filePath(request, 'artifact_file_path');
  const { model_id: modelId = '' } = request.params as { model_id?: string };
  return send(request, reply, path, await openLoggedModelArtifact(deps, request.actor, { modelId, path }));
}

async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  path: ArtifactPath,
  opened: OpenedArtifact,
): Promise<null> {
  await sendFile(request, reply, { ...opened, name: artifactName(path) });
  return null;
}

/** @throws `invalid_argument` when it is absent, `artifact_is_directory` when it is empty. */
function filePath(request: FastifyRequest, parameter: string): ArtifactPath {
  if (oneOf(queryOf(request), parameter) === null) throw missing(parameter);
  const path = pathOfQuery(request, parameter);
  if (path === null) throw new RegistryError('artifact_is_directory', { path: '' });
  return path;
}
