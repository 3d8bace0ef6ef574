import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootstrapAdmin } from '../../../src/operations/bootstrap.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { ADMIN, type Fixture, makeFixture, PASSWORD, sendAs } from './fixture.ts';
import { type Row, rows } from './rows.ts';

/* Every door × the guarded policy: a route without a request in requests.ts fails, so the list grows by force. */

let server: TestApp;
let made = 0;

beforeAll(async () => {
  const governance = { requireApproval: true, baseUrl: 'http://localhost:5136' };
  server = await testApp({ signIn: true, parts: { governance } });
  await bootstrapAdmin(server.deps, { name: ADMIN, password: PASSWORD });
});
afterAll(() => server.close());

const send = (method: string, url: string, body?: object) => sendAs(server, ADMIN, { method, url, body });

/** Version 1 is in production, under `champion`. */
async function inProduction(): Promise<Fixture> {
  const fixture = await makeFixture(server, made++);
  const { status, text } = await send('POST', '/api/v1/models/transition', {
    model_name: fixture.model,
    version: 1,
    new_stage: 'production',
    force: true,
    reason: 'the fixture of a test',
  });
  expect(status, text).toBe(200);
  server.clock.advance(1_000);
  return fixture;
}

/** Who is in production, and with which bytes, by the model's identity: its name may have changed. */
async function productionOf({ model }: Fixture, modelId: string) {
  const history = `/api/v1/models/${model}/history?model_id=${modelId}`;
  const { body } = await send('GET', `${history}&at=${new Date(server.clock.now()).toISOString()}`);
  const alias = await send('GET', `${history}&slot=alias:champion`);
  const name: string = body.model_name;
  const file = await send('GET', `/api/v1/models/${name}/versions/1/files/f.txt`);
  return {
    holders: body.holders.map(({ version, digest }: { version: number; digest: string }) => [
      version,
      digest,
    ]),
    champion: alias.body.intervals
      .filter(({ to }: { to: string | null }) => to === null)
      .map(({ version }: { version: number }) => version),
    bytes: [file.status, file.text],
  };
}

async function call({ request, operation }: Row): Promise<string | null> {
  const fixture = await inProduction();
  const { body } = await send('GET', `/api/v1/models/${fixture.model}/history`);
  const before = await productionOf(fixture, body.model_id);
  expect([before.holders.length, before.champion, before.bytes]).toEqual([1, [1], [200, 'bytes']]);
  const { status, text } = await sendAs(server, ADMIN, request(fixture));
  server.clock.advance(1_000);
  expect(await productionOf(fixture, body.model_id), `${operation}: ${status} ${text}`).toEqual(before);
  return [403, 409].includes(status) || (status === 400 && text.includes('needs a reason'))
    ? operation
    : null;
}

test('no call through any door changes what is in production, whoever makes it; these are refused', async () => {
  const refused: string[] = [];
  for (const row of rows().filter(({ method }) => method !== 'GET')) {
    const operation = await call(row);
    if (operation !== null) refused.push(operation);
  }
  expect(refused.sort()).toEqual([
    // The version that is asked for is the one in production.
    'createTransitionRequest',
    'deleteModel',
    'deleteModelVersion',
    'deleteRegisteredModel',
    'deleteVersion',
    'rollbackModel',
    'transitionModelVersionStage',
    'transitionVersion',
  ]);
}, 300_000);
