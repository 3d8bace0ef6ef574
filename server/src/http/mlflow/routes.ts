import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RegistryError } from '../../domain/errors.ts';
import type { Deps } from '../../operations/ports.ts';
import { registerBodyDeadline } from '../plugins/body-deadline.ts';
import type { AllowedMethods } from '../plugins/known-paths.ts';
import { setRetryAfter } from '../plugins/retry-after.ts';
import { aliasDoors } from './alias/index.ts';
import { type AnswerMemory, answerMemory } from './answer-memory.ts';
import { registerDirectRoutes } from './artifact/direct-transfer.ts';
import { artifactDoors, registerArtifactRoutes } from './artifact/index.ts';
import type { Door } from './door.ts';
import {
  type MlflowErrorAnswer,
  renderEndpointNotFound,
  renderMethodNotAllowed,
  renderMlflowError,
} from './errors.ts';
import { experimentDoors } from './experiment/index.ts';
import { loggedModelDoors } from './logged-model/index.ts';
import { metricDoors, registerMetricRoutes } from './metric/index.ts';
import { modelVersionDoors } from './model-version/index.ts';
import { renderProtoJson } from './proto-json/render.ts';
import { readRequest } from './proto-json/request.ts';
import { registeredModelDoors } from './registered-model/index.ts';
import { permissionOf } from './rpcs/rpc-row.ts';
import { mountedRoutes, pairWithDoors } from './rpcs.ts';
import { runDoors } from './run/index.ts';
import { webhookDoors } from './webhook/index.ts';

/** Every RPC that is answered by a message. */
export const DOORS: readonly Door[] = [
  ...registeredModelDoors,
  ...modelVersionDoors,
  ...aliasDoors,
  ...experimentDoors,
  ...runDoors,
  ...metricDoors,
  ...loggedModelDoors,
  ...artifactDoors,
  ...webhookDoors,
];

/** The release of MLflow whose protocol is spoken; clients ask for it at `/version`. */
const MLFLOW_VERSION = '3.17.2';

/** MLflow: what its client asks before it uses a way that not every server has. */
function serverInfo({ artifacts }: Deps) {
  const inParts = artifacts.direct !== null;
  return {
    store_type: 'SqlStore',
    trace_archival_enabled: false,
    workspaces_enabled: false,
    multipart_uploads_enabled: inParts,
    multipart_downloads_enabled: inParts,
    // MLflow: the calls are there; whether a store can is said run by run.
    presigned_upload_run_id_supported: true,
    presigned_upload_model_id_supported: true,
    features_enabled: { gateway: false },
  };
}

/** All of MLflow's wire: the doors from the table, the artifact proxy, `/version` and server-info. */
export function registerMlflowWire(app: FastifyInstance, { deps }: { deps: Deps }): void {
  app.setErrorHandler(sendMlflowError);
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    registerBodyDeadline(scope);
    // Each message decides what to make of a content type and of a body that is no JSON.
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    registerDoors(scope, deps);
    registerDirectRoutes(scope, deps);
    registerMetricRoutes(scope, deps);
    registerServerInfo(scope, deps);
  });
  registerArtifactRoutes(app, { deps });
}

function registerDoors(app: FastifyInstance, deps: Deps): void {
  const memory = answerMemory(deps.store);
  for (const { row, door } of pairWithDoors(DOORS))
    for (const { method, url } of mountedRoutes(row))
      app.route({
        method,
        url,
        exposeHeadRoute: false,
        config: { operation: row.name, permission: permissionOf(row.permission) },
        handler: async (request, reply) =>
          reply.type('application/json').send(await answer(deps, memory, door, request)),
      });
}

/** What a message is answered with, which for a repeatable one may be what it was answered with before. */
async function answer(deps: Deps, memory: AnswerMemory, door: Door, request: FastifyRequest) {
  const { actor, method, url } = request;
  const contentType = request.headers['content-type'];
  const body = request.body as Buffer | undefined;
  const recalled = door.isRepeatable ? memory.recall({ actor, method, url, contentType, body }) : null;
  if (recalled?.answer !== undefined) return recalled.answer;
  const mark = url.indexOf('?');
  const input = readRequest(door.request, {
    method,
    contentType,
    query: mark < 0 ? '' : url.slice(mark + 1),
    body,
    params: request.params as Record<string, string>,
  });
  const message = await door.run(deps, actor, input);
  const text = renderProtoJson(typeof message === 'object' && message !== null ? message : {});
  if (recalled === null) return text;
  const bytes = Buffer.from(text);
  recalled.keep(bytes);
  return bytes;
}

function registerServerInfo(app: FastifyInstance, deps: Deps): void {
  app.get('/version', { config: { operation: 'version', permission: 'public' } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(MLFLOW_VERSION),
  );
  for (const prefix of ['/api/3.0/mlflow', '/ajax-api/3.0/mlflow'])
    app.get(
      `${prefix}/server-info`,
      { config: { operation: 'getServerInfo', permission: 'signed-in' } },
      async () => serverInfo(deps),
    );
}

/** Any failure in MLflow's JSON. */
export function sendMlflowError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const answer = renderMlflowError(error);
  if (answer.status >= 500 && answer.status !== 501) request.log.error({ err: error }, 'request failed');
  request.failure = error instanceof RegistryError ? error.code : answer.body.error_code;
  send(reply, answer);
}

/**
 * What answers where no route does: 405 with Allow when the path is known with another method, else 404, both in
 * JSON. OPTIONS of a known path says what it answers, as MLflow does.
 */
export function answerUnknownPath(allowedMethods: AllowedMethods) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = allowedMethods(path);
    if (allowed.length > 0) reply.header('allow', allowed.join(', '));
    if (allowed.length === 0) send(reply, renderEndpointNotFound(request.method, path));
    else if (request.method === 'OPTIONS') reply.code(204).send();
    else send(reply, renderMethodNotAllowed(request.method, allowed));
  };
}

function send(reply: FastifyReply, { status, body }: MlflowErrorAnswer): void {
  setRetryAfter(reply, status);
  reply.code(status).type('application/json').send(renderProtoJson(body));
}
