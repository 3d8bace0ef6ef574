import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Deps } from '../../operations/ports.ts';
import { aliasEndpoints } from './alias/index.ts';
import type { Endpoint } from './endpoint.ts';
import { entityTag, isNotModified } from './etag.ts';
import { renderJson } from './json-answer.ts';
import { registerJsonBody } from './json-body.ts';
import { modelVersionEndpoints } from './model-version/index.ts';
import { openApiDocument, registerDocs } from './openapi.ts';
import { problemResponses } from './openapi-problems.ts';
import { sendProblem } from './problem-reply.ts';
import { registeredModelEndpoints } from './registered-model/index.ts';
import { registerUnknownPath } from './unknown-path.ts';

/** Every endpoint of v1, in the order of the documentation. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...registeredModelEndpoints,
  ...modelVersionEndpoints,
  ...aliasEndpoints,
];

/** All of our own wire below `/api/v1`, with its documentation at `/docs`. */
export async function registerV1Wire(
  app: FastifyInstance,
  { deps, version }: { deps: Deps; version: string },
): Promise<void> {
  app.setErrorHandler(sendProblem);
  const described = ENDPOINTS.map((endpoint) => ({ ...describe(endpoint), url: `/api/v1${endpoint.path}` }));
  registerDocs(app, openApiDocument(described, version));
  await app.register(
    async (scope) => {
      registerJsonBody(scope);
      registerUnknownPath(scope);
      for (const endpoint of ENDPOINTS) mount(scope, deps, endpoint);
    },
    { prefix: '/api/v1' },
  );
}

/** Endpoints validate by themselves, and answers are rendered by them: no schema is given to the router. */
function mount(app: FastifyInstance, deps: Deps, endpoint: Endpoint): void {
  const { method, path, operation, permission } = endpoint;
  app.route({
    method,
    url: path,
    config: { operation, permission },
    handler: (request, reply) => answer(deps, endpoint, request, reply),
  });
}

/** The endpoint as its documentation has it. */
function describe(endpoint: Endpoint): RouteOptions {
  const { method, path, operation, schemas } = endpoint;
  return {
    method,
    url: path,
    schema: {
      operationId: operation,
      tags: [endpoint.tag],
      summary: endpoint.summary,
      description: endpoint.description,
      ...(schemas.params && { params: schemas.params }),
      ...(schemas.query && { querystring: schemas.query }),
      ...(schemas.body && { body: schemas.body }),
      response: responsesOf(endpoint),
    },
    handler: async () => undefined,
  };
}

async function answer(deps: Deps, endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply) {
  const { params, query, body, bodyText } = request;
  const text = renderJson(await endpoint.run(deps, request.actor, { params, query, body, bodyText }));
  if (endpoint.tagged) {
    const tag = entityTag(deps.digests, text);
    reply.header('etag', tag);
    if (isNotModified(request.headers['if-none-match'], tag)) return reply.code(304).send();
  }
  return reply
    .code(endpoint.status ?? 200)
    .type('application/json; charset=utf-8')
    .send(text);
}

function responsesOf(endpoint: Endpoint): Record<string, object> {
  const { answer, status = 200, tagged, problems, schemas } = endpoint;
  return {
    [String(status)]: { description: endpoint.summary, content: { 'application/json': { schema: answer } } },
    ...(tagged && { '304': { description: 'Not changed since the ETag that If-None-Match names.' } }),
    ...problemResponses(problems, schemas.body !== undefined),
  };
}
