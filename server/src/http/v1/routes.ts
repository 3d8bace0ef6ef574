import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../../operations/ports.ts';
import { registerBodyDeadline } from '../plugins/body-deadline.ts';
import { registerStreamBody } from '../plugins/stream-body.ts';
import { aliasEndpoints } from './alias/index.ts';
import { apiTokenEndpoints } from './api-token/index.ts';
import { auditEndpoints } from './audit/index.ts';
import type { Endpoint } from './endpoint.ts';
import { describeEndpoint } from './endpoint-description.ts';
import { entityTag, isNotModified } from './etag.ts';
import type { FileEndpoint } from './file-endpoint.ts';
import { grantEndpoints } from './grant/index.ts';
import { historyEndpoints } from './history/index.ts';
import { holdEndpoints } from './hold/index.ts';
import { registerIdempotency } from './idempotency.ts';
import { renderJson } from './json-answer.ts';
import { registerJsonBody } from './json-body.ts';
import { lineageEndpoints } from './lineage/index.ts';
import { type LinesEndpoint, sendLines } from './lines-endpoint.ts';
import { modelVersionEndpoints } from './model-version/index.ts';
import { openApiDocument, registerDocs } from './openapi.ts';
import { policyEndpoints } from './policy/index.ts';
import { sendProblem } from './problem-reply.ts';
import { type RedirectEndpoint, sendRedirect } from './redirect-endpoint.ts';
import { registeredModelEndpoints } from './registered-model/index.ts';
import { retentionEndpoints } from './retention/index.ts';
import { sessionEndpoints } from './session/index.ts';
import { exchangeOf } from './session-cookie.ts';
import { subjectEndpoints } from './subject/index.ts';
import { transitionRequestEndpoints } from './transition-request/index.ts';
import { registerUnknownPath } from './unknown-path.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Every endpoint of v1, in the order of the documentation. */
export const ENDPOINTS: readonly (Endpoint | FileEndpoint | LinesEndpoint | RedirectEndpoint)[] = [
  ...registeredModelEndpoints,
  ...modelVersionEndpoints,
  ...aliasEndpoints,
  ...historyEndpoints,
  ...transitionRequestEndpoints,
  ...policyEndpoints,
  ...holdEndpoints,
  ...lineageEndpoints,
  ...retentionEndpoints,
  ...sessionEndpoints,
  ...subjectEndpoints,
  ...apiTokenEndpoints,
  ...grantEndpoints,
  ...auditEndpoints,
];

/** All of our own wire below `/api/v1`, with its documentation at `/docs`. */
export async function registerV1Wire(
  app: FastifyInstance,
  { deps, version }: { deps: Deps; version: string },
): Promise<void> {
  app.setErrorHandler(sendProblem);
  const described = ENDPOINTS.map((endpoint) => describeEndpoint(endpoint, '/api/v1'));
  registerDocs(app, openApiDocument(described, version));
  await app.register(
    async (scope) => {
      registerJsonBody(scope);
      registerUnknownPath(scope);
      registerIdempotency(scope, deps);
      await scope.register(async (messages) => {
        registerBodyDeadline(messages);
        for (const endpoint of ENDPOINTS)
          if ('run' in endpoint) mount(messages, deps, endpoint);
          else if (!('transfer' in endpoint)) mountReply(messages, deps, endpoint);
      });
      await scope.register(async (files) => {
        registerStreamBody(files);
        for (const endpoint of ENDPOINTS) if ('transfer' in endpoint) mountFile(files, deps, endpoint);
      });
    },
    { prefix: '/api/v1' },
  );
}

/** Endpoints validate by themselves, and answers are rendered by them: no schema is given to the router. */
function mount(app: FastifyInstance, deps: Deps, endpoint: Endpoint): void {
  const { method, path, operation, permission, schemas, answersSecret = false } = endpoint;
  app.route({
    method,
    url: path,
    config: { operation, permission, answersSecret, bodiless: !('body' in schemas) },
    handler: (request, reply) => answer(deps, endpoint, request, reply),
  });
}

/** A path of a file may have slashes; HEAD is answered as GET without opening a stream. */
function mountFile(app: FastifyInstance, deps: Deps, endpoint: FileEndpoint): void {
  const { method, path, operation, permission } = endpoint;
  app.route({
    method: method === 'GET' ? ['GET', 'HEAD'] : method,
    url: path.replace(/:path$/, '*'),
    exposeHeadRoute: false,
    config: { operation, permission },
    handler: async (request, reply) => {
      const answer = await endpoint.transfer(deps, request, reply);
      if (answer === null) return reply;
      return reply.type(JSON_TYPE).send(renderJson(answer));
    },
  });
}

/** Endpoints that send something else than JSON, and take no body. */
function mountReply(app: FastifyInstance, deps: Deps, endpoint: LinesEndpoint | RedirectEndpoint): void {
  const { method, path, operation, permission } = endpoint;
  app.route({
    method,
    url: path,
    exposeHeadRoute: false,
    config: { operation, permission },
    handler: (request, reply) =>
      'lines' in endpoint
        ? sendLines(deps, endpoint, { request, reply })
        : sendRedirect(deps, endpoint, { request, reply }),
  });
}

async function answer(deps: Deps, endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply) {
  const { params, query, body, bodyText } = request;
  const exchange = exchangeOf(request, reply);
  const message = await endpoint.run(deps, request.actor, { params, query, body, bodyText, exchange });
  if (exchange.text !== null) return reply.type(exchange.text.type).send(exchange.text.body);
  const text = renderJson(message);
  if (endpoint.tagged) {
    const tag = entityTag(deps.digests, text);
    reply.header('etag', tag);
    if (isNotModified(request.headers['if-none-match'], tag)) return reply.code(304).send();
  }
  return reply
    .code(exchange.status ?? endpoint.status ?? 200)
    .type(JSON_TYPE)
    .send(text);
}
