import type { FastifyReply, FastifyRequest } from 'fastify';
import { RegistryError } from '../../domain/errors.ts';
import { setRetryAfter } from '../plugins/retry-after.ts';
import { describeFailure, type ProblemAnswer, toProblemDocument } from './problem.ts';

const INTERNAL_ERROR: ProblemAnswer = {
  code: 'internal_error',
  status: 500,
  title: 'Internal error',
  detail: 'Something failed on our side; tell the operator the request_id.',
};

/** What the HTTP server refuses before an endpoint sees it, by Fastify's code. */
const TRANSPORT: ReadonlyMap<string, Omit<ProblemAnswer, 'status'>> = new Map([
  [
    'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    {
      code: 'unsupported_media_type',
      title: 'Not JSON',
      detail: 'The body must be sent with the header "Content-Type: application/json".',
    },
  ],
  [
    'FST_ERR_CTP_BODY_TOO_LARGE',
    { code: 'payload_too_large', title: 'Body too large', detail: 'The body is too large; send less.' },
  ],
  [
    'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
    {
      code: 'invalid_argument',
      title: 'The request is not valid',
      detail: 'The body is not as long as its Content-Length says.',
    },
  ],
  [
    'FST_ERR_BAD_URL',
    {
      code: 'invalid_argument',
      title: 'The request is not valid',
      detail: 'The path has an escape that is not percent-encoded UTF-8; a percent sign itself is %25.',
    },
  ],
  [
    'FST_ERR_MAX_PARAM_LENGTH',
    { code: 'uri_too_long', title: 'Path too long', detail: 'A segment of the path is too long.' },
  ],
]);

/** Any failure as problem+json. What is no failure of ours is a 500 that says nothing about its cause. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = describe(error);
  if (answer.status >= 500) request.log.error({ request_id: request.id, err: error }, 'request failed');
  return sendProblemAnswer(answer, request, reply);
}

export function sendProblemAnswer(
  answer: ProblemAnswer,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  request.failure = answer.code;
  const body = JSON.stringify(toProblemDocument(answer, request.id, request.span?.ids.traceId));
  setRetryAfter(reply, answer.status);
  return reply
    .code(answer.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(body);
}

function describe(error: unknown): ProblemAnswer {
  if (error instanceof RegistryError) return describeFailure(error);
  if (!(error instanceof Error)) return INTERNAL_ERROR;
  const { statusCode, code } = error as Error & { statusCode?: unknown; code?: unknown };
  const refused = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  if (!refused || typeof code !== 'string' || !code.startsWith('FST_')) return INTERNAL_ERROR;
  const known = TRANSPORT.get(code);
  return known === undefined
    ? {
        code: 'invalid_argument',
        status: statusCode,
        title: 'The request is not valid',
        detail: error.message,
      }
    : { status: statusCode, ...known };
}
