import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AUDIT_ACTIONS, type AuditAction, type AuditEvent } from '../../src/domain/audit-event.ts';
import { bootstrapAdmin } from '../../src/operations/bootstrap.ts';
import { sweepNext } from '../../src/operations/purge.ts';
import { runRetention } from '../../src/operations/retention-run.ts';
import { recordSettings } from '../../src/operations/settings-record.ts';
import { verifyNext } from '../../src/operations/verification.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { signInParts } from '../support/sign-in.ts';

const DAY_MS = 86_400_000;
const PASSWORD = 'barn-owl-tractor-seven';
const OTHER_PASSWORD = 'grain-silo-lantern-nine';
const EVERYTHING = { modelName: null, actorId: null, action: null, sinceMs: null, untilMs: null };
const basic = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

/** What the settings say of policies, changed by the test of requests. */
const governance = { requireApproval: false, baseUrl: 'http://localhost:5136' };

/** Files are removed only in the test about that. */
const retention = { ...signInParts().retention, purge: false };

let server: TestApp;
const seen = new Set<string>();
const covered = new Set<AuditAction>();

beforeAll(async () => {
  server = await testApp({ signIn: true, parts: { governance, retention } });
  await bootstrapAdmin(server.deps, { name: 'ada', password: PASSWORD });
  await news();
});
afterAll(() => server.close());

/** The events since the last time, the oldest first as far as the clock tells. */
async function news(): Promise<AuditEvent[]> {
  const kept = await server.deps.store.read(({ audit }) =>
    audit.search(EVERYTHING, { before: null, limit: 10_000 }),
  );
  const fresh = kept.map(({ event }) => event).filter(({ id }) => !seen.has(id));
  for (const { id, action } of fresh) {
    seen.add(id);
    covered.add(action);
  }
  return fresh;
}

interface Options {
  readonly body?: object | string;
  readonly headers?: Record<string, string>;
  readonly status?: number;
  readonly anonymous?: true;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are judged by their shape
type Shape = any;

async function call(
  method: string,
  url: string,
  { body, headers = {}, status, anonymous }: Options = {},
): Promise<Shape> {
  const answer = await server.app.inject({
    method: method as 'POST',
    url,
    headers: {
      host: 'localhost',
      ...(anonymous !== true && { authorization: basic('ada', PASSWORD) }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { payload: body }),
  });
  expect([status ?? 200, status ?? 201], answer.body).toContain(answer.statusCode);
  const isJson = String(answer.headers['content-type']).includes('json') && answer.body !== '';
  return { ...(isJson ? answer.json() : {}), cookie: answer.headers['set-cookie'] };
}

const mlflow = (method: string, path: string, body?: object, status?: number) =>
  call(method, `/api/2.0/mlflow/${path}`, { ...(body && { body }), ...(status && { status }) });
const v1 = (method: string, path: string, body?: object, status?: number) =>
  call(method, `/api/v1/${path}`, { ...(body && { body }), ...(status && { status }) });

/** Exactly these events, in whatever order, since the last look. */
async function expectEvents(...expected: [AuditAction, object?][]): Promise<void> {
  const events = await news();
  const byAction = (a: { action: string }, b: { action: string }) => (a.action < b.action ? -1 : 1);
  expect(events.map(({ action }) => action).sort()).toEqual(expected.map(([action]) => action).sort());
  expect(events.toSorted(byAction)).toMatchObject(
    expected.map(([action, more]) => ({ action, ...more })).toSorted(byAction),
  );
}

const object = (kind: string, more: object = {}) => ({ object: { kind, ...more } });

test('registered models, through either wire', async () => {
  await mlflow('POST', 'registered-models/create', { name: 'm', description: 'd' });
  await expectEvents([
    'registered_model.create',
    { ...object('registered_model', { name: 'm' }), decision: 'allowed', actor: { kind: 'user' } },
  ]);
  await mlflow('POST', 'registered-models/create', { name: 'm' }, 400);
  await expectEvents();
  await mlflow('PATCH', 'registered-models/update', { name: 'm', description: 'other' });
  await expectEvents(['registered_model.update', { after: { description: 'other' } }]);
  await mlflow('POST', 'registered-models/set-tag', { name: 'm', key: 'k', value: 'v' });
  await expectEvents(['registered_model.update', { after: { 'tags.k': 'v' } }]);
  await mlflow('DELETE', 'registered-models/delete-tag', { name: 'm', key: 'k' });
  await expectEvents(['registered_model.update', { after: { 'tags.k': null } }]);
  await v1('PATCH', 'models/m', { description: 'mine', tags: { a: 'b' } });
  await expectEvents(['registered_model.update', { after: { description: 'mine', 'tags.a': 'b' } }]);
  await mlflow('POST', 'registered-models/rename', { name: 'm', new_name: 'n' });
  await expectEvents([
    'registered_model.rename',
    { ...object('registered_model', { name: 'n' }), before: { name: 'm' }, after: { name: 'n' } },
  ]);
  await mlflow('POST', 'registered-models/rename', { name: 'n', new_name: 'n' });
  await expectEvents();
  await mlflow('DELETE', 'registered-models/delete', { name: 'n' });
  await expectEvents(['registered_model.delete', object('registered_model', { name: 'n' })]);
});

test('versions, their stages, aliases and files', async () => {
  await v1('POST', 'models/register', { model_name: 'v', model_type: 'sklearn' });
  await expectEvents(
    ['experiment.create', object('experiment', { name: 'v' })],
    [
      'model_version.create',
      { ...object('model_version', { name: 'v', version: 1 }), after: { stage: 'development' } },
    ],
    ['registered_model.create', object('registered_model', { name: 'v' })],
    ['run.create', object('run')],
  );
  await mlflow('POST', 'model-versions/create', { name: 'v', source: 's3://bucket/model' });
  await expectEvents(['model_version.create', object('model_version', { version: 2 })]);
  await call('PUT', '/api/v1/models/v/versions/1/files/model.bin', {
    body: 'bytes',
    headers: { 'content-type': 'application/octet-stream' },
  });
  await expectEvents([
    'model_version.add_file',
    { ...object('model_version', { version: 1 }), after: { path: 'model.bin' } },
  ]);
  const { digest } = (await v1('POST', 'models/v/versions/1/seal')).model ?? {};
  await expectEvents(['model_version.seal', { after: { seal: 'sealed' } }]);
  expect(digest ?? 'sha256:').toMatch(/^sha256:/);
  await mlflow('PATCH', 'model-versions/update', { name: 'v', version: '1', description: 'd' });
  await expectEvents(['model_version.update', { after: { description: 'd' } }]);
  await mlflow('POST', 'model-versions/set-tag', { name: 'v', version: '1', key: 'k', value: 'v' });
  await expectEvents(['model_version.update', { after: { 'tags.k': 'v' } }]);
  await mlflow('DELETE', 'model-versions/delete-tag', { name: 'v', version: '1', key: 'k' });
  await expectEvents(['model_version.update', { after: { 'tags.k': null } }]);
  await v1('PATCH', 'models/v/versions/1', { facts: { data_version: 'd1' } });
  await expectEvents(['model_version.update', { after: { data_version: 'd1' } }]);
  await v1('PATCH', 'models/v/versions/1', { facts: { data_version: 'd1' } });
  await expectEvents();
  await v1('POST', 'models/transition', { model_name: 'v', version: 1, new_stage: 'production' });
  await expectEvents([
    'model_version.transition',
    {
      ...object('model_version', { version: 1 }),
      before: { stage: 'development' },
      after: { stage: 'production' },
    },
  ]);
  await v1('POST', 'models/transition', { model_name: 'v', version: 1, new_stage: 'production' }, 409);
  await expectEvents();
  await v1('POST', 'models/transition', { model_name: 'v', version: 2, new_stage: 'production' });
  const moves = await news();
  expect(moves.map((event) => [event.object.version, event.before, event.after]).sort()).toEqual([
    [1, { stage: 'production' }, { stage: 'archived' }],
    [2, { stage: 'development' }, { stage: 'production' }],
  ]);
  const toStaging = { name: 'v', version: '2', stage: 'Staging', archive_existing_versions: false };
  await mlflow('POST', 'model-versions/transition-stage', toStaging);
  await expectEvents(['model_version.transition', { after: { stage: 'staging' } }]);
  await mlflow('POST', 'model-versions/transition-stage', toStaging);
  await expectEvents();
  await mlflow('POST', 'registered-models/alias', { name: 'v', alias: 'champion', version: '1' });
  await expectEvents(['alias.set', { before: { version: null }, after: { alias: 'champion', version: 1 } }]);
  await mlflow('POST', 'registered-models/alias', { name: 'v', alias: 'champion', version: '1' });
  await expectEvents();
  await mlflow('DELETE', 'registered-models/alias', { name: 'v', alias: 'champion' });
  await expectEvents(['alias.delete', { ...object('alias', { version: 1 }), before: { alias: 'champion' } }]);
  await mlflow('DELETE', 'model-versions/delete', { name: 'v', version: '2' });
  await expectEvents(['model_version.delete', object('model_version', { name: 'v', version: 2 })]);
  await mlflow('DELETE', 'model-versions/delete', { name: 'v', version: '2' }, 404);
  await expectEvents();
});

test('experiments, runs, logged models, and files without a version', async () => {
  const { experiment_id } = await mlflow('POST', 'experiments/create', { name: 'e' });
  await expectEvents(['experiment.create', object('experiment', { id: experiment_id, name: 'e' })]);
  await mlflow('POST', 'experiments/update', { experiment_id, new_name: 'f' });
  await expectEvents(['experiment.update', { before: { name: 'e' }, after: { name: 'f' } }]);
  await mlflow('POST', 'experiments/set-experiment-tag', { experiment_id, key: 'k', value: 'v' });
  await expectEvents(['experiment.update', { after: { 'tags.k': 'v' } }]);
  await mlflow('POST', 'experiments/delete', { experiment_id });
  await expectEvents(['experiment.delete']);
  await mlflow('POST', 'experiments/restore', { experiment_id });
  await expectEvents(['experiment.restore']);

  const { run } = await mlflow('POST', 'runs/create', { experiment_id });
  const { run_id } = run.info;
  await expectEvents(['run.create', object('run', { id: run_id })]);
  await mlflow('POST', 'runs/log-metric', { run_id, key: 'k', value: 1, timestamp: 1 });
  await mlflow('POST', 'runs/log-parameter', { run_id, key: 'k', value: 'v' });
  await mlflow('POST', 'runs/set-tag', { run_id, key: 'k', value: 'v' });
  await expectEvents();
  await mlflow('POST', 'runs/update', { run_id, status: 'FINISHED' });
  await expectEvents(['run.update', { after: { status: 'FINISHED' } }]);
  await mlflow('POST', 'runs/delete', { run_id });
  await expectEvents(['run.delete']);
  await mlflow('POST', 'runs/delete', { run_id });
  await expectEvents();
  await mlflow('POST', 'runs/restore', { run_id });
  await expectEvents(['run.restore']);

  const { model } = await mlflow('POST', 'logged-models', { experiment_id, name: 'l' });
  const id = model.info.model_id;
  await expectEvents(['logged_model.create', object('logged_model', { id })]);
  await mlflow('PATCH', `logged-models/${id}/tags`, { tags: [{ key: 'k', value: 'v' }] });
  await expectEvents(['logged_model.update', { after: { 'tags.k': 'v' } }]);
  await mlflow('POST', `logged-models/${id}/params`, { params: [{ key: 'k', value: 'v' }] });
  await expectEvents(['logged_model.update', { after: { params: ['k'] } }]);
  await mlflow('DELETE', `logged-models/${id}/tags/k`);
  await expectEvents(['logged_model.update', { after: { 'tags.k': null } }]);
  await mlflow('PATCH', `logged-models/${id}`, { model_id: id, status: 'LOGGED_MODEL_READY' });
  await expectEvents(['logged_model.finalize', { after: { status: 'LOGGED_MODEL_READY' } }]);
  await mlflow('DELETE', `logged-models/${id}`);
  await expectEvents(['logged_model.delete']);

  const file = `/api/2.0/mlflow-artifacts/artifacts/${experiment_id}/${run_id}/artifacts/notes.txt`;
  await call('PUT', file, { body: 'x', headers: { 'content-type': 'text/plain' } });
  await expectEvents();
  await call('DELETE', file);
  await expectEvents([
    'artifact.delete',
    object('artifact', { name: `${experiment_id}/${run_id}/artifacts/notes.txt` }),
  ]);
});

test('webhooks, without their secrets', async () => {
  const events = [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }];
  const secret = 'canary-of-a-secret';
  const made = await mlflow('POST', 'webhooks', {
    name: 'w',
    url: 'https://example.org/hook',
    events,
    secret,
  });
  const path = `webhooks/${made.webhook.webhook_id}`;
  await expectEvents([
    'webhook.create',
    { ...object('webhook', { name: 'w' }), after: { has_secret: true } },
  ]);
  await mlflow('PATCH', path, { secret: `${secret}-2`, status: 'DISABLED' });
  const [changed] = await news();
  expect(changed?.action).toBe('webhook.update');
  expect(changed?.after?.['changed']).toEqual(expect.arrayContaining(['secret', 'status']));
  expect(JSON.stringify(changed)).not.toContain(secret);
  await mlflow('POST', `${path}/test`, {});
  await expectEvents(['webhook.test']);
  await mlflow('DELETE', path);
  await expectEvents(['webhook.delete', object('webhook', { id: made.webhook.webhook_id })]);
});

test('accounts, passwords, grants, tokens, sessions, refusals', async () => {
  const { user } = await v1('POST', 'users', { name: 'mia', kind: 'user', password: PASSWORD });
  await expectEvents(['subject.create', object('subject', { id: user.id })]);
  const { grant } = await v1('POST', 'grants', {
    user: user.id,
    role: 'reader',
    resource: 'model',
    pattern: '*',
  });
  await expectEvents(['grant.create', { after: { role: 'reader' } }]);
  await v1('DELETE', `grants/${grant.id}`);
  await expectEvents(['grant.delete']);
  const { token } = await v1('POST', 'tokens', { name: 't', scopes: ['read'] });
  await expectEvents(['api_token.create']);
  await v1('DELETE', `tokens/${token.id}`);
  await expectEvents(['api_token.revoke']);
  const { user: bot } = await v1('POST', 'users', { name: 'bot', kind: 'service_account', owner: user.id });
  await expectEvents(['subject.create']);
  await v1('PATCH', `users/${bot.id}`, { owner: (await v1('GET', 'me')).actor.id });
  await expectEvents(['subject.update']);
  const { cookie } = await call('POST', '/api/v1/session', {
    anonymous: true,
    body: { name: 'mia', password: PASSWORD },
  });
  await expectEvents(['session.create']);
  const session = String(cookie).split(';')[0] ?? '';
  await call('DELETE', '/api/v1/session', {
    anonymous: true,
    headers: { cookie: session, 'sec-fetch-site': 'same-origin' },
  });
  await expectEvents(['session.delete']);
  await call('POST', '/api/v1/me/password', {
    headers: { authorization: basic('mia', PASSWORD) },
    body: { present: PASSWORD, password: OTHER_PASSWORD },
  });
  await expectEvents(['subject.set_password', object('subject', { id: user.id })]);
  await v1('PATCH', `users/${user.id}`, { disabled: true });
  await expectEvents(['subject.disable']);
  await v1('PATCH', `users/${user.id}`, { disabled: false });
  await expectEvents(['subject.enable']);
  await call('GET', '/api/v1/users', {
    headers: { authorization: basic('mia', OTHER_PASSWORD) },
    status: 403,
  });
  await expectEvents(['access.denied', { decision: 'denied' }]);
  await call('GET', '/api/v1/users', { anonymous: true, status: 401 });
  await expectEvents(['access.unauthenticated', { decision: 'denied', actor: { id: null } }]);
  await v1('DELETE', `users/${user.id}`);
  await expectEvents(['subject.disable'], ['subject.erase']);
});

test('transition requests, their votes and checks', async () => {
  governance.requireApproval = true;
  const { user } = await v1('POST', 'users', { name: 'zoe', kind: 'user', password: PASSWORD });
  await v1('POST', 'grants', { user: user.id, role: 'admin', resource: 'model', pattern: '*' });
  const zoe = { authorization: basic('zoe', PASSWORD) };
  await v1('POST', 'models/register', { model_name: 'guarded', model_type: 'custom' });
  await v1('POST', 'models/transition', { model_name: 'guarded', version: 1, new_stage: 'staging' });
  await news();
  await v1('POST', 'models/guarded/versions/1/checks', { name: 'field-test', conclusion: 'success' }, 201);
  await expectEvents(['check.report', { ...object('model_version'), after: { conclusion: 'success' } }]);
  const body = { model_name: 'guarded', version: 1, new_stage: 'production' };
  const ask = async () => (await v1('POST', 'models/transition', body, 202)).request;
  const first = await ask();
  await expectEvents([
    'transition_request.create',
    object('transition_request', { id: first.id, version: 1 }),
  ]);
  await ask();
  await expectEvents();
  await v1('POST', `transition-requests/${first.id}/withdraw`, {});
  await expectEvents(['transition_request.withdraw', { after: { state: 'withdrawn' } }]);
  const second = await ask();
  await news();
  const vote = (id: string, decision: string, digest: string) =>
    call('POST', `/api/v1/transition-requests/${id}/votes`, { headers: zoe, body: { decision, digest } });
  await vote(second.id, 'reject', second.digest);
  await expectEvents(
    ['transition_request.vote', { after: { decision: 'reject' } }],
    ['transition_request.end', { after: { state: 'rejected' } }],
  );
  const third = await ask();
  await news();
  await vote(third.id, 'approve', third.digest);
  await expectEvents(
    ['transition_request.vote', { actor: { id: user.id }, after: { decision: 'approve' } }],
    ['model_version.transition', { before: { stage: 'staging' }, after: { stage: 'production' } }],
    ['alias.set', { after: { alias: 'champion', version: 1 } }],
    ['transition_request.execute', { after: { state: 'executed', displaced: [] } }],
  );
  governance.requireApproval = false;
});

test('holds', async () => {
  await v1('POST', 'models/register', { model_name: 'held', model_type: 'custom' });
  await news();
  const { hold } = await v1(
    'POST',
    'holds',
    { model_name: 'held', version: 1, reason: 'r', reference: 'L-1' },
    201,
  );
  await expectEvents([
    'hold.place',
    {
      ...object('hold', { id: hold.id, name: 'held', version: 1 }),
      reason: 'r',
      after: { reference: 'L-1' },
    },
  ]);
  await v1('DELETE', 'models/held', undefined, 409);
  await expectEvents();
  await v1('DELETE', `holds/${hold.id}?reason=over`);
  await expectEvents(['hold.lift', { ...object('hold', { id: hold.id }), reason: 'over' }]);
  await v1('DELETE', `holds/${hold.id}?reason=over`, undefined, 409);
  await expectEvents();
});

test('lineage that is declared, and bad data', async () => {
  await v1('POST', 'models/register', { model_name: 'traced', model_type: 'custom' });
  await news();
  const edge = { from: 'model_version:traced/1', to: 'dataset:barn@d1', kind: 'trained_on' };
  await v1('POST', 'lineage/edges', { edges: [edge] }, 201);
  await expectEvents(['lineage.declare', { after: { edges: 1 } }]);
  await v1('POST', 'lineage/edges', { edges: [edge] }, 201);
  await expectEvents();
  const { taint } = await v1('POST', 'lineage/taints', { dataset: 'barn', digest: 'd1', reason: 'r' }, 201);
  await expectEvents(['taint.place', { ...object('taint', { id: taint.id, name: 'barn' }), reason: 'r' }]);
  await v1('DELETE', `lineage/taints/${taint.id}?reason=over`);
  await expectEvents(['taint.lift', { ...object('taint', { id: taint.id }), reason: 'over' }]);
  await v1('DELETE', `lineage/taints/${taint.id}?reason=over`, undefined, 409);
  await expectEvents();
});

test('settings that change what governs', async () => {
  await recordSettings(server.deps);
  await expectEvents();
  governance.requireApproval = true;
  await recordSettings(server.deps);
  await expectEvents([
    'settings.change',
    {
      actor: { id: 'operator' },
      before: { require_approval_for_production: false },
      after: { require_approval_for_production: true },
    },
  ]);
  await recordSettings(server.deps);
  await expectEvents();
  governance.requireApproval = false;
  await recordSettings(server.deps);
  await expectEvents(['settings.change', { after: { require_approval_for_production: false } }]);
});

test('policies, and which model is under which', async () => {
  const policy = { name: 'mine', transitions: [{ from: ['development'], to: 'staging' }] };
  await v1('PUT', 'policies/mine', policy);
  await expectEvents(['policy.put', { ...object('policy', { name: 'mine' }), after: { revision: 1 } }]);
  await v1('PUT', 'policies/mine', policy, 409);
  await expectEvents();
  await v1('PUT', 'models/guarded/policy', { policy: 'mine' });
  await expectEvents(['model.policy_assign', { before: { policy: null }, after: { policy: 'mine' } }]);
  await v1('PUT', 'models/guarded/policy', { policy: 'mine' });
  await expectEvents();
  await v1('PUT', 'models/guarded/policy', { policy: null });
  await expectEvents(['model.policy_assign']);
  await v1('DELETE', 'policies/mine');
  await expectEvents(['policy.delete', { before: { revision: 1 } }]);
});

test('files that are not what was sealed', async () => {
  await v1('POST', 'models/register', { model_name: 'rotten', model_type: 'custom' });
  await call('PUT', '/api/v1/models/rotten/versions/1/files/f.txt', {
    body: 'bytes',
    headers: { 'content-type': 'application/octet-stream' },
  });
  await v1('POST', 'models/rotten/versions/1/seal');
  const files = readdirSync(server.root, { recursive: true, encoding: 'utf8' });
  writeFileSync(join(server.root, files.find((path) => path.endsWith('f.txt')) ?? ''), 'other');
  await news();
  server.clock.advance(DAY_MS);
  while (await verifyNext(server.deps, DAY_MS / 2));
  await expectEvents([
    'model_version.verify',
    {
      actor: { id: 'operator' },
      ...object('model_version', { name: 'rotten', version: 1 }),
      before: { damage: null },
      after: { damage: 'f.txt' },
    },
  ]);
});

test('what retention takes, and what it wants looked at', async () => {
  await v1('POST', 'models/register', { model_name: 'old', model_type: 'custom' });
  await v1('POST', 'models/register', { model_name: 'old', model_type: 'custom', stage: 'production' });
  server.clock.advance(366 * DAY_MS);
  await runRetention(server.deps);
  server.clock.advance(DAY_MS);
  await news();
  await runRetention(server.deps);
  const due = (await news()).filter(({ action }) => action === 'model_version.review_due');
  expect(due.map(({ actor, object: { name, version } }) => [actor.id, name, version])).toContainEqual([
    'system:retention',
    'old',
    2,
  ]);
  const { plan } = await v1('POST', 'retention/plans');
  await expectEvents();
  const override = { override_cap: true, reason: 'cleaning up after the pilot' };
  await v1('POST', `retention/plans/${plan.id}/apply`, { digest: plan.digest, ...override });
  const applied = (await news()).find(({ action }) => action === 'retention.apply');
  expect(applied).toMatchObject({ ...object('retention_plan', { id: plan.id }), reason: override.reason });
});

test('versions whose files are removed', async () => {
  for (const _ of [1, 2])
    await v1('POST', 'models/register', { model_name: 'gone', model_type: 'custom', stage: 'archived' });
  server.clock.advance(1_100 * DAY_MS);
  await news();
  retention.purge = true;
  const { plan } = await v1('POST', 'retention/plans');
  const override = { override_cap: true, reason: 'cleaning up after the pilot' };
  await v1('POST', `retention/plans/${plan.id}/apply`, { digest: plan.digest, ...override });
  const events = async () => (await news()).filter(({ object: { name } }) => name === 'gone');
  expect((await events()).map(({ action }) => action)).toEqual([
    'model_version.purge_mark',
    'model_version.purge_mark',
  ]);
  await v1('POST', 'holds', { model_name: 'gone', version: 2, reason: 'r', reference: 'LEGAL-14' });
  await news();
  server.clock.advance(3 * DAY_MS);
  while (await sweepNext(server.deps));
  expect((await events()).sort((a, b) => (a.action < b.action ? -1 : 1))).toMatchObject([
    { action: 'model_version.purge', actor: { id: 'system:retention' }, object: { version: 1 } },
    { action: 'model_version.purge_cancel', object: { version: 2 }, reason: 'hold LEGAL-14' },
  ]);
});

test('every action of the closed list has happened in these tests, and no other', () => {
  expect([...covered].sort()).toEqual([...AUDIT_ACTIONS].sort());
});

test('what cannot be written to the log does not happen', async () => {
  const { db } = server.database.engine;
  await db.schema.alterTable('registry_audit_events').renameTo('away').execute();
  try {
    for (const name of ['lost', 'lost-too'])
      await call('POST', '/api/2.0/mlflow/registered-models/create', { body: { name }, status: 500 });
  } finally {
    await db.schema.alterTable('away').renameTo('registry_audit_events').execute();
  }
  for (const name of ['lost', 'lost-too'])
    await mlflow('GET', `registered-models/get?name=${name}`, undefined, 404);
});
