import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';
import { type ServerProcess, serverData, startServer, until } from './server-process.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const SECRET_NAME = 'hens-of-barn-seven';

/** Runs requests against a traced server, stops it, and gives what the receiver got. */
async function traced(
  settings: Readonly<Record<string, string>>,
  ask: (server: ServerProcess, receiver: OtlpReceiver) => Promise<void>,
): Promise<{ spans: ReceivedSpan[]; receiver: OtlpReceiver; output: string }> {
  await using data = serverData();
  const receiver = await otlpReceiver();
  onTestFinished(() => receiver[Symbol.asyncDispose]());
  await using server = await startServer(data, {
    settings: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, LOG_LEVEL: 'DEBUG', ...settings },
  });
  await ask(server, receiver);
  server.child.kill('SIGTERM');
  await server.gone;
  return { spans: receiver.spans, receiver, output: server.output() };
}

function post(server: ServerProcess, path: string, body: object, headers: Record<string, string> = {}) {
  return fetch(server.origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

const from = (flags: string) => ({ traceparent: `00-${TRACE}-${PARENT}-${flags}`, tracestate: 'farm=barn' });

describe('a request', () => {
  test('is a span of the trace that it came with, and its units of work are spans of it', async () => {
    const { spans, receiver } = await traced(
      { DD_ENV: 'barn', OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b', OTEL_RESOURCE_ATTRIBUTES: 'farm.id=7' },
      async (server) => {
        const answer = await post(
          server,
          '/api/v1/models/register',
          { model_name: SECRET_NAME, model_type: 'custom' },
          from('01'),
        );
        expect(answer.status).toBe(201);
        expect(answer.headers.get('traceresponse')).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
      },
    );
    const own = spans.filter(({ traceId }) => traceId === TRACE);
    const request = own.find(({ kind }) => kind === 2);
    expect(request).toMatchObject({
      name: 'POST /api/v1/models/register',
      parentId: PARENT,
      isError: false,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/api/v1/models/register',
        'http.response.status_code': 201,
        'registry.operation': 'registerModel',
        'registry.outcome': 'ok',
        'registry.request_id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
      resource: {
        'service.name': 'cloud-mlflow-registry',
        'service.version': expect.stringMatching(/^[0-9]/),
        'service.instance.id': expect.any(String),
        'deployment.environment.name': 'barn',
        'farm.id': '7',
      },
    });
    expect(request?.durationNs).toBeGreaterThan(0n);
    const units = own.filter(({ name }) => name.startsWith('unit of work'));
    expect(units.map(({ name }) => name)).toContain('unit of work: write');
    for (const unit of units)
      expect(unit).toMatchObject({
        parentId: request?.spanId,
        kind: 1,
        attributes: { 'db.system.name': 'sqlite', 'registry.outcome': 'ok' },
      });
    expect(receiver.headers[0]).toMatchObject({ 'api-key': 'a b' });
    // What users call things is in no span.
    expect(JSON.stringify(spans, (_key, value) => (typeof value === 'bigint' ? '' : value))).not.toContain(
      SECRET_NAME,
    );
  });

  test('that is refused says why; its trace is in the answer, the log and the audit log', async () => {
    let requestId = '';
    const { spans, output } = await traced({}, async (server) => {
      const body = { model_name: 'm', version: 9, new_stage: 'staging' };
      const refused = await post(server, '/api/v1/models/transition', body, from('01'));
      const problem = (await refused.json()) as { trace_id: string; request_id: string };
      expect([refused.status, problem.trace_id]).toEqual([404, TRACE]);
      requestId = problem.request_id;
      await post(server, '/api/v1/models/register', { model_name: 'm', model_type: 'custom' }, from('01'));
      const audit = (await (await fetch(`${server.origin}/api/v1/audit/events`)).json()) as {
        events: { action: string; client: { trace_id?: string } }[];
      };
      const created = audit.events.find(({ action }) => action === 'model_version.create');
      expect(created?.client.trace_id).toBe(TRACE);
      // MLflow's errors stay as MLflow's are.
      const unknown = await fetch(`${server.origin}/api/2.0/mlflow/registered-models/get?name=x`);
      expect(await unknown.text()).not.toContain('trace');
    });
    const request = spans.find(({ attributes }) => attributes['registry.request_id'] === requestId);
    expect(request).toMatchObject({ isError: false, attributes: { 'registry.outcome': 'model_not_found' } });
    const line = output
      .split('\n')
      .filter((one) => one.startsWith('{'))
      .map((one) => JSON.parse(one))
      .find((one) => one.request_id === requestId && one.operation === 'transitionVersion');
    expect(line).toMatchObject({
      trace_id: TRACE,
      span_id: request?.spanId,
      'dd.trace_id': BigInt(`0x${TRACE.slice(16)}`).toString(),
      'dd.span_id': BigInt(`0x${request?.spanId}`).toString(),
    });
  });

  test.each([
    ['of a trace that is not recorded is not recorded', {}, from('00'), 0],
    ['without a trace begins one', {}, {}, 1],
    ['with a header that is none begins one', {}, { traceparent: `00-${'0'.repeat(32)}-x-01` }, 1],
    ['is left out by the sampler', { OTEL_TRACES_SAMPLER: 'always_off' }, from('01'), 0],
    [
      'is left out by the share',
      { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
      {},
      0,
    ],
    ['is told in spite of its parent', { OTEL_TRACES_SAMPLER: 'always_on' }, from('00'), 1],
  ])('%s', async (_name, settings, headers, count) => {
    const { spans } = await traced(settings, async (server) => {
      const answer = await fetch(`${server.origin}/api/v1/models`, { headers });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('traceresponse')).toMatch(count === 1 ? /-01$/ : /-00$/);
    });
    expect(spans.filter(({ attributes }) => attributes['registry.operation'] === 'listModels')).toHaveLength(
      count,
    );
  });
});

describe('a job', () => {
  test('is told when it changed something, with the request to a webhook that carries its trace', async () => {
    const heard: (string | undefined)[] = [];
    const hook = createServer((request, response) => {
      heard.push(request.headers['traceparent'] as string | undefined);
      response.end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void hook.close());
    const settings = { MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true', MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http' };
    const { spans } = await traced(settings, async (server) => {
      await post(server, '/api/2.0/mlflow/webhooks', {
        name: 'w',
        url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`,
        events: [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }],
      });
      await post(server, '/api/2.0/mlflow/registered-models/create', { name: 'm' });
      await until(() => heard.length > 0);
    });
    const call = spans.find(({ name, kind }) => name === 'POST' && kind === 3);
    expect(heard).toEqual([`00-${call?.traceId}-${call?.spanId}-01`]);
    const jobs = spans.filter(({ attributes }) => 'registry.job' in attributes);
    expect(jobs.map(({ name }) => name)).toContain('job: place-audit-events');
    for (const job of jobs) {
      const within = spans.filter(({ traceId }) => traceId === job.traceId);
      expect(within.some(({ name }) => name === 'unit of work: write')).toBe(true);
    }
  });
});

describe('a receiver that is away', () => {
  test('costs spans, and nothing else', async () => {
    await using data = serverData();
    await using server = await startServer(data, {
      settings: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' },
    });
    expect((await fetch(`${server.origin}/ready`)).status).toBe(200);
    const stoppedAt = Date.now();
    server.child.kill('SIGTERM');
    expect(await server.gone).toEqual({ code: 0, signal: null });
    expect(Date.now() - stoppedAt).toBeLessThan(10_000);
    expect(server.output()).not.toContain('"level":"error"');
  });
});
