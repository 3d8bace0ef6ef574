import type { TSchema } from 'typebox';
import type { ErrorCode } from '../../domain/errors.ts';
import { PROBLEM_STATUS } from './problem.ts';
import { Type } from './schema-builder.ts';

/** Refusals that come from the wire itself and from no operation. */
const WIRE_STATUS = {
  unsupported_media_type: 415,
  uri_too_long: 414,
  internal_error: 500,
} as const;

export type ProblemCode = ErrorCode | keyof typeof WIRE_STATUS;

/** What any endpoint can refuse with, and what only those with a body can. */
const ALWAYS: readonly ProblemCode[] = [
  'invalid_argument',
  'unauthenticated',
  'permission_denied',
  'internal_error',
  'unavailable',
];
const WITH_BODY: readonly ProblemCode[] = ['unsupported_media_type', 'payload_too_large', 'storage_full'];

export const PROBLEM_SCHEMA = Type.Object(
  {
    type: Type.String({ description: '`urn:farmiq:problem:<code>`.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'One sentence: what, which, and the way out.' }),
    code: Type.String({ description: 'Stable; programs decide by it.' }),
    request_id: Type.String(),
    trace_id: Type.Optional(Type.String({ description: 'When requests are traced.' })),
    errors: Type.Optional(
      Type.Array(Type.Object({ path: Type.String(), message: Type.String() }), {
        description: 'Every problem at once: a JSON pointer into the body, or the name of a parameter.',
      }),
    ),
  },
  { description: 'RFC 9457 problem details. Some codes have members of their own.' },
);

/** The error responses of an endpoint, by status, for OpenAPI. */
export function problemResponses(problems: readonly ProblemCode[], hasBody: boolean): Record<string, object> {
  const codes = [...ALWAYS, ...(hasBody ? WITH_BODY : []), ...problems];
  const byStatus = Map.groupBy(new Set(codes), statusOf);
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, group]) => [
        String(status),
        {
          description: group.map((code) => `\`${code}\``).join(', '),
          content: { 'application/problem+json': { schema: PROBLEM_REFERENCE } },
        },
      ]),
  );
}

const PROBLEM_REFERENCE = { $ref: '#/components/schemas/Problem' } as unknown as TSchema;

function statusOf(code: ProblemCode): number {
  const status = PROBLEM_STATUS.get(code) ?? new Map<string, number>(Object.entries(WIRE_STATUS)).get(code);
  if (status === undefined) throw new Error(`no status for ${code}`);
  return status;
}
