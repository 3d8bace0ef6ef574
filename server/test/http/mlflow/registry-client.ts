import { expect } from 'vitest';
import type { TestApp } from '../../support/app.ts';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are judged by their shape
  readonly body: any;
}

type Query = Readonly<Record<string, string | readonly string[]>>;

/** Calls MLflow's wire in process; paths are below the prefix. */
export function registryClient(server: () => TestApp, prefix = '/api/2.0/mlflow') {
  const withBody = (method: 'POST' | 'PATCH' | 'DELETE') => async (path: string, body: unknown) => {
    const answer = await server().app.inject({
      method,
      url: `${prefix}/${path}`,
      headers: { 'content-type': 'application/json' },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: answer.statusCode, body: answer.json() } satisfies Answer;
  };
  const get = async (path: string, query: Query = {}): Promise<Answer> => {
    const answer = await server().app.inject({ method: 'GET', url: `${prefix}/${path}?${toQuery(query)}` });
    return { status: answer.statusCode, body: answer.json() };
  };
  return { get, post: withBody('POST'), patch: withBody('PATCH'), remove: withBody('DELETE') };
}

export type RegistryClient = ReturnType<typeof registryClient>;

function toQuery(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    for (const one of [value].flat() as string[]) parameters.append(key, one);
  return parameters.toString();
}

export const NOTHING: Answer = { status: 200, body: {} };

/** MLflow's whole answer to bad input. */
export function refused(message: string): Answer {
  return failure(400, 'INVALID_PARAMETER_VALUE', message);
}

/** MLflow's whole answer for what is absent. */
export function absent(message: string): Answer {
  return failure(404, 'RESOURCE_DOES_NOT_EXIST', message);
}

/** An error of any status and code. */
export function failure(status: number, code: string, message: string): Answer {
  return { status, body: expect.objectContaining({ error_code: code, message }) };
}

const SEE_DOCS = 'See the API docs for more information about request parameters.';

export function missing(name: string): Answer {
  return refused(`Missing value for required parameter '${name}'. ${SEE_DOCS}`);
}

/** `value` as JSON. */
export function wrongType(name: string, value: string, type: string): Answer {
  return refused(
    `Invalid value ${value} for parameter '${name}' supplied:  Hint: Value was of type '${type}'. ${SEE_DOCS}`,
  );
}
