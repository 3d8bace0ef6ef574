import type { RouteOptions } from 'fastify';
import type { Endpoint } from './endpoint.ts';
import type { FileEndpoint } from './file-endpoint.ts';
import { KEY_HEADER, KEY_PROBLEMS } from './idempotency.ts';
import { LINES_TYPE, type LinesEndpoint } from './lines-endpoint.ts';
import { type ProblemCode, problemResponses } from './openapi-problems.ts';
import type { RedirectEndpoint } from './redirect-endpoint.ts';

type AnyEndpoint = Endpoint | FileEndpoint | LinesEndpoint | RedirectEndpoint;

const JSON_BODY = 'application/json';
const LOCATION = { Location: { type: 'string', description: 'Where the browser goes.' } };
const BYTES = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };

/** An endpoint as its documentation has it. */
export function describeEndpoint(endpoint: AnyEndpoint, prefix: string): RouteOptions {
  const { method, path, operation } = endpoint;
  return {
    method,
    url: `${prefix}${path}`,
    schema: {
      operationId: operation,
      tags: [endpoint.tag],
      summary: endpoint.summary,
      description: endpoint.description,
      ...requestOf(endpoint),
      ...(method === 'POST' && { headers: KEY_HEADER }),
      response: responsesOf(endpoint),
    },
    handler: async () => undefined,
  };
}

function requestOf(endpoint: AnyEndpoint) {
  if ('transfer' in endpoint)
    return {
      params: endpoint.schemas.params,
      ...(endpoint.streams === 'in' && { body: { content: BYTES } }),
    };
  if ('lines' in endpoint) return {};
  if ('redirect' in endpoint) return { querystring: endpoint.schemas.query };
  const { params, query, body } = endpoint.schemas;
  return { ...(params && { params }), ...(query && { querystring: query }), ...(body && { body }) };
}

function responsesOf(endpoint: AnyEndpoint): Record<string, object> {
  if ('lines' in endpoint)
    return {
      '200': { description: endpoint.summary, content: { [LINES_TYPE]: { schema: { type: 'string' } } } },
      ...refusalsOf(endpoint),
    };
  if ('redirect' in endpoint)
    return { '303': { description: endpoint.summary, headers: LOCATION }, ...refusalsOf(endpoint) };
  const { answer, status = 200, summary, tagged } = endpoint;
  const sends = 'transfer' in endpoint && endpoint.streams === 'out';
  const others = (endpoint.alsoAnswers ?? []).map((type) => [type, { schema: { type: 'string' } }]);
  const content = sends ? BYTES : { [JSON_BODY]: { schema: answer }, ...Object.fromEntries(others) };
  const accepted = 'accepted' in endpoint ? endpoint.accepted : undefined;
  return {
    [String(status)]: { description: summary, content },
    ...(accepted && {
      '202': { description: 'It waits for others.', content: { [JSON_BODY]: { schema: accepted } } },
    }),
    ...(sends && { '206': { description: 'The range that was asked for.', content } }),
    ...((tagged || sends) && {
      '304': { description: 'Not changed since the ETag that If-None-Match names.' },
    }),
    ...refusalsOf(endpoint),
  };
}

/** What an endpoint can refuse with, by status. */
export function refusalsOf({ method, problems, schemas }: AnyEndpoint): Record<string, object> {
  const all: readonly ProblemCode[] = method === 'POST' ? [...problems, ...KEY_PROBLEMS] : problems;
  return problemResponses(all, 'body' in schemas);
}
