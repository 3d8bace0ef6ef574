import type { Static, TObject, TSchema } from 'typebox';
import type { Actor } from '../../domain/actor.ts';
import type { AuditClient } from '../../domain/audit-event.ts';
import { isRegistryError, type Problem } from '../../domain/errors.ts';
import type { Verb } from '../../domain/permission.ts';
import type { Deps } from '../../operations/ports.ts';
import { requireVisible } from '../../operations/visibility.ts';
import type { ProblemCode } from './openapi-problems.ts';
import { readQuery } from './query.ts';
import { Type } from './schema-builder.ts';
import type { KeptAttempt } from './sign-in-attempt.ts';
import { inspector, notValid } from './validation.ts';

/** A request as it arrived, JSON parsed and nothing else. */
interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly bodyText: string;
  readonly exchange: Exchange;
}

/** What belongs to the request as such, for the few endpoints about signing in. */
export interface Exchange {
  readonly client: AuditClient;
  /** The secret of the session's cookie. */
  readonly session: string | null;
  /** Gives the browser a cookie, or takes it away. */
  setSession(session: { readonly secret: string; readonly expiresAtMs: number } | null): void;
  /** What the browser kept while it was at the identity provider. */
  readonly attempt: KeptAttempt | null;
  setAttempt(attempt: KeptAttempt | null): void;
  readonly ifMatch: string | null;
  /** Of a success, where it is not the usual one: 200 for what was there, 202 for what waits for others. */
  status: 200 | 202 | null;
  /** Sent in place of the JSON answer, where the endpoint has other formats, too. */
  text: { readonly type: string; readonly body: string } | null;
}

export interface EndpointInput<P extends TObject, Q extends TObject, B extends TSchema> {
  readonly params: Static<P>;
  readonly query: Static<Q>;
  readonly body: Static<B>;
  /** The body's JSON text, where the spelling of a number matters. */
  readonly bodyText: string;
  readonly exchange: Exchange;
}

export interface Description {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`; Fastify's spelling of parameters (`:model_name`). */
  readonly path: string;
  /** `verbNoun`; the same in logs, tests and OpenAPI. */
  readonly operation: string;
  readonly permission: Verb | 'signed-in' | 'public';
  readonly tag:
    | 'Models'
    | 'Versions'
    | 'Aliases'
    | 'Governance'
    | 'Lineage'
    | 'Retention'
    | 'Access'
    | 'Audit';
  readonly summary: string;
  readonly description: string;
  /** 200 unless said. */
  readonly status?: 200 | 201;
  /** What it refuses with, beyond what every endpoint can refuse with. */
  readonly problems: readonly ProblemCode[];
  /** Where the name of a model stands that must be visible before anything else is judged. */
  readonly model?: 'params' | 'body';
  /** A single resource: it has an ETag, and If-None-Match is heeded. */
  readonly tagged?: boolean;
  /** Its answer, or its request, holds a secret: it is never kept for the same key (Idempotency-Key). */
  readonly answersSecret?: boolean;
  /** Media types that a success has besides JSON, when the query asks for them. */
  readonly alsoAnswers?: readonly string[];
}

/** One operation of v1: a row of the table in routes.ts. */
export interface Endpoint extends Description {
  /** What a success answers. */
  readonly answer: TSchema;
  /** What is answered with 202. */
  readonly accepted?: TSchema;
  readonly schemas: { readonly params?: TObject; readonly query?: TObject; readonly body?: TSchema };
  /** Validates, then runs the operation; answers the body of a success. */
  readonly run: (deps: Deps, actor: Actor, request: RawRequest) => Promise<object>;
}

const NOTHING = Type.Object({}, { additionalProperties: false });

/** Types an endpoint by its schemas. The answer gets `"success": true` in front. */
export function endpoint<
  P extends TObject = typeof NOTHING,
  Q extends TObject = typeof NOTHING,
  B extends TSchema = typeof NOTHING,
>(
  spec: Description & {
    readonly answer: TSchema;
    readonly accepted?: TSchema;
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B;
    readonly run: (deps: Deps, actor: Actor, input: EndpointInput<P, Q, B>) => Promise<object>;
  },
): Endpoint {
  const { params, query, body, run, ...description } = spec;
  const inspectParams = inspector('params', params ?? NOTHING);
  const inspectQuery = inspector('query', query ?? NOTHING);
  const inspectBody = body === undefined ? () => [] : inspector('body', body);
  const read = (request: RawRequest): { input: EndpointInput<P, Q, B>; problems: Problem[] } => {
    const values = { ...request, query: readQuery(request.query, query ?? NOTHING) };
    const problems = [
      ...inspectParams(values.params),
      ...inspectQuery(values.query),
      ...inspectBody(values.body),
    ];
    // Without problems the values are what the schemas say.
    return { input: values as EndpointInput<P, Q, B>, problems };
  };
  return {
    ...description,
    schemas: { ...(params && { params }), ...(query && { query }), ...(body && { body }) },
    async run(deps, actor, request) {
      const { input, problems } = read(request);
      try {
        if (problems.length > 0) throw notValid(problems);
        return { success: true, ...(await run(deps, actor, input)) };
      } catch (error) {
        throw await visibleFirst(deps, actor, modelName(spec.model, request), error);
      }
    },
  };
}

/** Visible comes before shape (v1-api section 0, order of checks). @throws `model_not_found`. */
export async function visibleFirst(
  deps: Deps,
  actor: Actor,
  name: string | null,
  error: unknown,
): Promise<unknown> {
  if (name !== null && isRegistryError(error, 'invalid_argument')) await requireVisible(deps, actor, name);
  return error;
}

function modelName(place: 'params' | 'body' | undefined, request: RawRequest): string | null {
  if (place === undefined) return null;
  const holder = request[place];
  if (typeof holder !== 'object' || holder === null || !('model_name' in holder)) return null;
  const { model_name: name } = holder;
  return typeof name === 'string' && !name.includes('\0') ? name : null;
}
