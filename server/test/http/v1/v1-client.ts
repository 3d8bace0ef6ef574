import type { InjectOptions } from 'fastify';
import { Compile } from 'typebox/schema';
import { expect } from 'vitest';
import { refusalsOf } from '../../../src/http/v1/endpoint-description.ts';
import { ENDPOINTS } from '../../../src/http/v1/routes.ts';
import { type TestApp, testApp } from '../../support/app.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** Talks v1 to a server of its own; every answer is held against what the OpenAPI document says of it. */
export interface V1Client extends AsyncDisposable {
  readonly server: TestApp;
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  /** Registers and expects success. */
  register(name: string, more?: Record<string, unknown>): Promise<Answer>;
  transition(name: string, version: unknown, stage: string): Promise<Answer>;
}

interface SendOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export async function v1Client(options: Parameters<typeof testApp>[0] = {}): Promise<V1Client> {
  const server = await testApp(options);
  const send = async (method: string, path: string, { body, headers = {} }: SendOptions = {}) => {
    const url = `/api/v1${path}`;
    const payload = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const reply = await server.app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url,
      headers: { ...(payload !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(payload !== undefined && { payload }),
    });
    const isJson = /json/.test(String(reply.headers['content-type'] ?? ''));
    const answer: Answer = {
      status: reply.statusCode,
      headers: reply.headers,
      text: reply.body,
      body: isJson && reply.body !== '' ? JSON.parse(reply.body) : {},
    };
    expectAsDocumented(method, url, answer);
    return answer;
  };
  return {
    server,
    send,
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, { body }),
    async register(name, more = {}) {
      const answer = await send('POST', '/models/register', {
        body: { model_name: name, model_type: 'sklearn', ...more },
      });
      expect(answer.body).toMatchObject({ success: true, model_name: name });
      expect(answer.status).toBe(201);
      return answer;
    },
    transition: (name, version, stage) =>
      send('POST', '/models/transition', { body: { model_name: name, version, new_stage: stage } }),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** What a refusal says, without what differs from request to request. */
export function problemOf({ status, headers, body }: Answer) {
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(body).toMatchObject({ status, type: `urn:farmiq:problem:${body['code']}` });
  expect(body['request_id']).toBeTypeOf('string');
  return { status, code: body['code'], detail: body['detail'] };
}

/** The paths of the problems that a refusal lists. */
export function paths({ body }: Answer): string[] {
  return ((body['errors'] ?? []) as { path: string }[]).map(({ path }) => path);
}

type Documented = (typeof ENDPOINTS)[number];

const VALIDATORS = new Map(
  ENDPOINTS.flatMap((endpoint) =>
    !('answer' in endpoint) || endpoint.answer === undefined
      ? []
      : [[endpoint as Documented, Compile(endpoint.answer)] as const],
  ),
);

function expectAsDocumented(method: string, url: string, answer: Answer): void {
  expect(answer.status, answer.text).toBeLessThan(500);
  const endpoint = ENDPOINTS.find((one) => one.method === method && matches(one, url));
  if (endpoint === undefined || answer.status === 304) return;
  if (answer.status < 300) {
    const validator = VALIDATORS.get(endpoint);
    if (validator === undefined) return;
    expect(answer.status).toBe(endpoint.status ?? 200);
    const [type = ''] = String(answer.headers['content-type']).split(';');
    if (endpoint.alsoAnswers?.includes(type)) return;
    const [, errors] = validator.Errors(answer.body);
    expect(errors).toEqual([]);
    expect(Object.keys(answer.body)[0]).toBe('success');
    return;
  }
  const documented = refusalsOf(endpoint);
  const response = documented[String(answer.status)] as { description: string } | undefined;
  expect(response?.description, `${endpoint.operation} answers ${answer.status}`).toContain(
    `\`${answer.body['code']}\``,
  );
}

/** Fixed segments come before parameters, as in the router; a file's path is all that is left. */
function matches(endpoint: Documented, url: string): boolean {
  const segments = url.split('?', 1)[0]!.split('/');
  const pattern = `/api/v1${endpoint.path}`.split('/');
  const isFile = pattern.at(-1) === ':path' && segments.length > pattern.length;
  return (
    (isFile || pattern.length === segments.length) &&
    pattern.every((part, index) => part.startsWith(':') || part === segments[index])
  );
}
