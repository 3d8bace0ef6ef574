import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { LOCAL_ACTOR } from '../../src/domain/actor.ts';
import { bootstrapAdmin } from '../../src/operations/bootstrap.ts';
import { createGrant } from '../../src/operations/grant.ts';
import { createSubject } from '../../src/operations/subject.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { namesIn, readScrape, scrape } from '../support/scrape.ts';
import { storeTargets } from '../support/store-targets.ts';

const MLFLOW = '/api/2.0/mlflow';
const PASSWORD = 'barn-owl-tractor-seven';
const DURATION = 'registry_http_request_duration_seconds_count';

let server: TestApp;
beforeEach(async () => {
  server = await testApp();
});
afterEach(() => server.close());

const post = (url: string, payload: object) => server.app.inject({ method: 'POST', url, payload });

describe('labels', () => {
  test('a thousand names of models and paths that are nowhere make no more series than one', async () => {
    const ask = async (name: string) => {
      await server.app.inject({ url: `/api/v1/models/${name}` });
      await server.app.inject({ url: `${MLFLOW}/registered-models/get?name=${name}` });
      await post(`${MLFLOW}/registered-models/create`, { name });
      await server.app.inject({ url: `/nowhere/${name}` });
      await server.app.inject({ method: 'PUT', url: `/${name}` });
    };
    await ask('first');
    await scrape(server);
    const before = [...(await scrape(server)).series.keys()];
    for (let n = 0; n < 1_000; n += 1) await ask(`model-${n}`);
    const after = await scrape(server);
    expect([...after.series.keys()]).toEqual(before);
    expect(after.series.get(`${DURATION}{operation="unknown",status="4xx"}`)).toBe(2_002);
    expect(after.series.get(`${DURATION}{operation="getModel",status="4xx"}`)).toBe(1_001);
    expect(after.series.get(`${DURATION}{operation="createRegisteredModel",status="2xx"}`)).toBe(1_001);
    expect(before.join('\n')).not.toMatch(/first|nowhere/);
  });

  test('requests are counted by the id of their operation and the class of their status', async () => {
    await post(`${MLFLOW}/registered-models/create`, { name: 'm' });
    await post(`${MLFLOW}/registered-models/create`, { name: 'm' });
    const { series, of } = await scrape(server);
    expect(of(DURATION).sort()).toEqual([
      `${DURATION}{operation="createRegisteredModel",status="2xx"}`,
      `${DURATION}{operation="createRegisteredModel",status="4xx"}`,
    ]);
    const last = [...series].filter(([key]) => key.includes('le="+Inf"') && key.includes('createRegistered'));
    expect(last.map(([, count]) => count)).toEqual([1, 1]);
    // The scrape itself.
    expect(series.get('registry_http_requests_in_flight')).toBe(1);
  });
});

describe('the format', () => {
  test('is OpenMetrics for who asks for it, else the older text', async () => {
    const asked = (accept: string) => server.app.inject({ url: '/metrics', headers: { accept } });
    const open = await asked('application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
    expect(open.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(open.body).toMatch(/# TYPE registry_artifact_bytes counter[\s\S]*\n# EOF\n$/);
    const plain = await asked('text/plain');
    expect(plain.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(plain.body).toContain('# TYPE registry_artifact_bytes_total counter\n');
  });
});

describe('who may read them', () => {
  test('with sign-in on only who may read all models', async () => {
    const signedIn = await testApp({ signIn: true });
    onTestFinished(() => signedIn.close());
    await bootstrapAdmin(signedIn.deps, { name: 'root', password: PASSWORD });
    const subject = { name: 'ann', kind: 'user', ownerId: null, password: PASSWORD } as const;
    const { subjectId } = await createSubject(signedIn.deps, LOCAL_ACTOR, subject);
    for (const resource of ['model', 'experiment'] as const)
      await createGrant(signedIn.deps, LOCAL_ACTOR, {
        to: { kind: 'subject', subjectId },
        role: 'admin',
        resource,
        pattern: 'layer-*',
      });
    const as = (name: string) =>
      signedIn.app.inject({
        url: '/metrics',
        headers: { authorization: `Basic ${btoa(`${name}:${PASSWORD}`)}` },
      });
    expect((await signedIn.app.inject({ url: '/metrics' })).statusCode).toBe(401);
    const refused = await as('ann');
    expect([refused.statusCode, refused.headers['content-type']]).toEqual([
      403,
      expect.stringContaining('application/problem+json'),
    ]);
    expect(refused.body).toContain('read-metrics');
    expect(refused.body).not.toContain('registry_');
    expect((await as('root')).statusCode).toBe(200);
  });
});

describe('files', () => {
  test('are counted in bytes as they come and go, parts of them as parts', async () => {
    const url = '/api/2.0/mlflow-artifacts/artifacts/0/r/artifacts/f.bin';
    const bytes = Buffer.alloc(10_000, 1);
    expect((await server.app.inject({ method: 'PUT', url, payload: bytes })).statusCode).toBe(200);
    await server.app.inject({ url });
    await server.app.inject({ url, headers: { range: 'bytes=0-99' } });
    await server.app.inject({ method: 'HEAD', url });
    const { series } = await scrape(server);
    expect(series.get('registry_artifact_bytes_total{direction="in"}')).toBe(10_000);
    expect(series.get('registry_artifact_bytes_total{direction="out"}')).toBe(10_100);
  });

  test('of which a client took a part and left are counted as that part, and its request as aborted', async () => {
    const port = await server.listen();
    const url = '/api/2.0/mlflow-artifacts/artifacts/0/r/artifacts/f.bin';
    const size = 32 << 20;
    await server.app.inject({ method: 'PUT', url, payload: Buffer.alloc(size) });
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(`GET ${url} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`),
      );
      socket.once('data', () => socket.destroy());
      socket.once('close', () => resolve());
    });
    await vi.waitFor(async () => {
      const { series } = await scrape(server);
      expect(series.get(`${DURATION}{operation="downloadArtifact",status="aborted"}`)).toBe(1);
      const out = series.get('registry_artifact_bytes_total{direction="out"}') ?? 0;
      expect(out).toBeGreaterThan(0);
      expect(out).toBeLessThan(size);
      expect(series.get('registry_http_requests_in_flight')).toBe(1);
    });
  });
});

describe('the database', () => {
  test('is asked once in five seconds, whoever scrapes and however often', async () => {
    const read = vi.spyOn(server.deps.store, 'read');
    await Promise.all([scrape(server), scrape(server), scrape(server)]);
    server.clock.advance(4_999);
    await scrape(server);
    expect(read).toHaveBeenCalledTimes(1);
    server.clock.advance(1);
    await scrape(server);
    expect(read).toHaveBeenCalledTimes(2);
  });

  test('that does not answer leaves the rest, within two seconds, and is not asked twice meanwhile', async () => {
    await scrape(server);
    server.clock.advance(5_000);
    let answer = () => {};
    const hanging = new Promise<never>((_, reject) => {
      answer = () => reject(new Error('late'));
    });
    const read = vi.spyOn(server.deps.store, 'read').mockReturnValue(hanging);
    const startedAt = performance.now();
    const [first, second] = await Promise.all([scrape(server), scrape(server)]);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    for (const { series } of [first, second]) {
      expect(series.get('registry_database_up')).toBe(0);
      expect(series.has('registry_audit_events_waiting')).toBe(false);
      expect(series.get('process_resident_memory_bytes')).toBeGreaterThan(0);
    }
    expect(read).toHaveBeenCalledTimes(1);
    answer();
    read.mockRestore();
    await vi.waitFor(async () => {
      server.clock.advance(5_000);
      expect((await scrape(server)).series.get('registry_database_up')).toBe(1);
    });
  });
});

describe.each(storeTargets)('what waits, on $name', (target) => {
  test('is counted, with the age of the oldest', async () => {
    const governance = { requireApproval: true, baseUrl: 'http://localhost:5136' };
    const waiting = await testApp({ target, parts: { governance } });
    onTestFinished(() => waiting.close());
    const ask = async (url: string, payload: object) => {
      const answer = await waiting.app.inject({ method: 'POST', url, payload });
      expect(answer.statusCode, answer.body).toBeLessThan(300);
      return answer.json();
    };
    const none = await scrape(waiting);
    expect(none.series.get('registry_webhook_deliveries_waiting')).toBe(0);
    expect(none.series.get('registry_outbox_lag_seconds')).toBe(0);
    waiting.clock.advance(60_000);
    await ask(`${MLFLOW}/webhooks`, {
      name: 'w',
      url: 'https://example.org/x',
      events: [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }],
    });
    await ask(`${MLFLOW}/registered-models/create`, { name: 'm' });
    const { run } = await ask(`${MLFLOW}/runs/create`, { experiment_id: '0' });
    // Written past the server, so that it knows no hash.
    const folder = join(waiting.root, '0', run.info.run_id, 'artifacts', 'model');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'weights.bin'), 'weights');
    const source = `runs:/${run.info.run_id}/model`;
    await ask(`${MLFLOW}/model-versions/create`, { name: 'm', source, run_id: run.info.run_id });
    await ask('/api/v1/models/register', { model_name: 'asked', model_type: 'custom' });
    for (const stage of ['staging', 'production'])
      await ask('/api/v1/models/transition', { model_name: 'asked', version: 1, new_stage: stage });
    waiting.clock.advance(90_000);
    const { series } = await scrape(waiting);
    const read = (name: string) => series.get(`registry_${name}`);
    expect(read('webhook_deliveries_waiting')).toBe(2);
    expect(read('webhook_deliveries_oldest_age_seconds')).toBe(90);
    expect(read('outbox_lag_seconds')).toBe(90);
    expect(read('webhook_deliveries_failed')).toBe(0);
    expect(read('seals_pending')).toBe(1);
    expect(read('seals_pending_oldest_age_seconds')).toBe(90);
    expect(read('transition_requests_open')).toBe(1);
    expect(read('transition_requests_oldest_age_seconds')).toBe(90);
    expect(read('audit_events_waiting')).toBeGreaterThan(2);
    expect(read('audit_sequencer_lag_seconds')).toBe(90);
    await waiting.deps.store.write(async ({ webhookDeliveries }) => {
      const claim = await webhookDeliveries.claim(waiting.clock.now(), waiting.clock.now() + 1_000);
      if (claim !== null) await webhookDeliveries.fail(claim, waiting.clock.now(), 'gone');
    });
    waiting.clock.advance(5_000);
    const later = (await scrape(waiting)).series;
    expect(later.get('registry_webhook_deliveries_waiting')).toBe(1);
    expect(later.get('registry_webhook_deliveries_failed')).toBe(1);
    const pools = target.name === 'PostgreSQL' ? ['units', 'lookups'] : ['writer'];
    for (const pool of pools) expect(later.get(`registry_database_waiting{pool="${pool}"}`)).toBe(0);
  });
});

test('what stands in a scrape is read back by its own reader', () => {
  const read = readScrape('# HELP a b\na 1\nb_bucket{le="1.0"} 2\n');
  expect([...namesIn(read)]).toEqual(['a', 'b_bucket']);
  expect(() => readScrape('a 1\na 2\n')).toThrow('twice');
});
