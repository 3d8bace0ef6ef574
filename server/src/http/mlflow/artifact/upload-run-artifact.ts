import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalidArgument } from '../../../domain/errors.ts';
import type { Deps } from '../../../operations/ports.ts';
import { putRunArtifact } from '../../../operations/run-artifact.ts';
import { wholeBody } from '../../plugins/stream-body.ts';
import { oneOf, queryOf } from '../query.ts';
import { pathOfQuery } from './request-path.ts';

const LIMIT_BYTES = 10 * 1_048_576;

/** POST of a small file into a run, as MLflow's web UI sends it. MLflow: the answer has no body. */
export async function uploadRunArtifact(
  deps: Deps,
  _route: string,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const runId = oneOf(queryOf(request), 'run_uuid');
  if (!runId) throw invalidArgument('Request must specify run_uuid.', 'run_uuid');
  const path = pathOfQuery(request, 'path');
  if (path === null) throw invalidArgument('Request must specify path.', 'path');
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  if (Number(length ?? 0) > LIMIT_BYTES) throw tooLarge();
  if (coding === undefined && Number(length ?? 0) === 0) throw noData();
  const body = bounded(wholeBody(request.raw, path.text));
  await putRunArtifact(deps, request.actor, { runId, path, body });
  reply.type('application/json').send('');
  return null;
}

/** A body that does not say its length is counted while it comes. */
async function* bounded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > LIMIT_BYTES) throw tooLarge();
    yield chunk;
  }
  if (sizeBytes === 0) throw noData();
}

function tooLarge() {
  return invalidArgument('Artifact size is too large. Max size is 10MB.');
}

function noData() {
  return invalidArgument('Request must specify data.');
}
