import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RegistryError } from '../../domain/errors.ts';
import type { Deps } from '../../operations/ports.ts';
import { aliasDoors } from './alias/index.ts';
import { artifactDoors, registerArtifactRoutes } from './artifact/index.ts';
import type { Door } from './door.ts';
import { type MlflowErrorAnswer, renderEndpointNotFound, renderMlflowError } from './errors.ts';
import { experimentDoors } from './experiment/index.ts';
import { loggedModelDoors } from './logged-model/index.ts';
import { metricDoors } from './metric/index.ts';
import { modelVersionDoors } from './model-version/index.ts';
import { renderProtoJson } from './proto-json/render.ts';
import { readRequest } from './proto-json/request.ts';
import { registeredModelDoors } from './registered-model/index.ts';
import type { RpcPermission } from './rpcs/rpc-row.ts';
import { mountedRoutes, pairWithDoors, RPCS } from './rpcs.ts';
import { runDoors } from './run/index.ts';

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
];

/** The release of MLflow whose protocol is spoken; clients ask for it at `/version`. */
const MLFLOW_VERSION = '3.17.2';

/** MLflow: what its client asks before it uses a way that not every server has. */
const SERVER_INFO = {
  store_type: 'SqlStore',
  trace_archival_enabled: false,
  workspaces_enabled: false,
  multipart_uploads_enabled: false,
  multipart_downloads_enabled: false,
  presigned_upload_run_id_supported: false,
  presigned_upload_model_id_supported: false,
  features_enabled: { gateway: false },
};

/** All of MLflow's wire: the doors from the table, the artifact proxy, `/version` and server-info. */
export function registerMlflowWire(app: FastifyInstance, { deps }: { deps: Deps }): void {
  app.setErrorHandler(sendMlflowError);
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // Each message decides what to make of a content type and of a body that is no JSON.
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    registerDoors(scope, deps);
    registerNotImplemented(scope);
    registerServerInfo(scope);
  });
  registerArtifactRoutes(app, { deps });
}

function registerDoors(app: FastifyInstance, deps: Deps): void {
  for (const { row, door } of pairWithDoors(DOORS))
    for (const { method, url } of mountedRoutes(row))
      app.route({
        method,
        url,
        exposeHeadRoute: false,
        config: { operation: row.name, permission: permissionOf(row.permission) },
        handler: async (request, reply) => answer(deps, door, request, reply),
      });
}

async function answer(deps: Deps, door: Door, request: FastifyRequest, reply: FastifyReply) {
  const mark = request.url.indexOf('?');
  const input = readRequest(door.request, {
    method: request.method,
    contentType: request.headers['content-type'],
    query: mark < 0 ? '' : request.url.slice(mark + 1),
    body: request.body as Buffer | undefined,
    params: request.params as Record<string, string>,
  });
  const message = await door.run(deps, request.actor, input);
  const body = typeof message === 'object' && message !== null ? message : {};
  return reply.type('application/json').send(renderProtoJson(body));
}

/** Absent RPCs whose absence MLflow's client knows how to live with. */
function registerNotImplemented(app: FastifyInstance): void {
  for (const row of RPCS) {
    if (row.status !== 'absent' || row.notImplemented === undefined) continue;
    const { name, notImplemented } = row;
    for (const { method, url } of mountedRoutes(row))
      app.route({
        method,
        url,
        config: { operation: name, permission: 'public' },
        handler: async () => {
          throw new RegistryError('not_implemented', { message: notImplemented });
        },
      });
  }
}

function registerServerInfo(app: FastifyInstance): void {
  app.get('/version', { config: { operation: 'version', permission: 'public' } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(MLFLOW_VERSION),
  );
  for (const prefix of ['/api/3.0/mlflow', '/ajax-api/3.0/mlflow'])
    app.get(
      `${prefix}/server-info`,
      { config: { operation: 'getServerInfo', permission: 'signed-in' } },
      async () => SERVER_INFO,
    );
}

function permissionOf(permission: RpcPermission) {
  if (permission === 'open') return 'public';
  return permission === 'signed-in' ? 'signed-in' : permission.verb;
}

/** Any failure in MLflow's JSON. */
export function sendMlflowError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const answer = renderMlflowError(error);
  if (answer.status >= 500) request.log.error({ err: error }, 'request failed');
  send(reply, answer);
}

/** A path that nobody knows, or that this version does not have. */
export function sendMlflowNotFound(request: FastifyRequest, reply: FastifyReply): void {
  send(reply, renderEndpointNotFound(request.method, request.url.split('?', 1)[0] ?? ''));
}

function send(reply: FastifyReply, { status, body }: MlflowErrorAnswer): void {
  reply.code(status).type('application/json').send(renderProtoJson(body));
}
