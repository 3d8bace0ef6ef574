import { expect } from 'vitest';
import type { TestApp } from '../../support/app.ts';

export const PASSWORD = 'barn-owl-tractor-seven';
export const ADMIN = 'ada';

export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly body?: object | string | undefined;
}

const basic = (name: string) => `Basic ${Buffer.from(`${name}:${PASSWORD}`).toString('base64')}`;

/** Sends as somebody with a password; null: as nobody. Answers status and parsed body. */
export async function sendAs(server: TestApp, name: string | null, { method, url, body }: Sent) {
  const type = typeof body === 'string' ? 'application/octet-stream' : 'application/json';
  const answer = await server.app.inject({
    method: method as 'POST',
    url,
    headers: {
      host: 'localhost',
      ...(name !== null && { authorization: basic(name) }),
      ...(body !== undefined && { 'content-type': type }),
    },
    ...(body !== undefined && { payload: body }),
  });
  const isJson = String(answer.headers['content-type']).includes('json') && answer.body !== '';
  // biome-ignore lint/suspicious/noExplicitAny: answers are judged by their status
  return { status: answer.statusCode, body: (isJson ? safeJson(answer.body) : {}) as any, text: answer.body };
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** One of each thing that requests are about, all of them below the names that the roles were granted. */
export interface Fixture {
  readonly n: number;
  readonly model: string;
  readonly experiment: string;
  readonly experimentId: string;
  readonly deletedExperimentId: string;
  readonly runId: string;
  readonly modelId: string;
  readonly webhookId: string;
  readonly userId: string;
  readonly tokenId: string;
  readonly grantId: string;
  /** On a model of its own, which nobody deletes. */
  readonly holdId: string;
  readonly taintId: string;
}

/** Makes them, as the admin. Version 1 is sealed, version 2 has no files yet. */
export async function makeFixture(server: TestApp, n: number): Promise<Fixture> {
  const send = async (method: string, url: string, body?: object | string) => {
    const answer = await sendAs(server, ADMIN, { method, url, body });
    expect(answer.status, `${method} ${url} ${answer.text}`).toBeLessThan(300);
    return answer.body;
  };
  const mlflow = (path: string, body: object) => send('POST', `/api/2.0/mlflow/${path}`, body);
  const [model, experiment] = [`layer-${n}`, `barn-${n}`];
  const tags = [{ key: 'k', value: 'v' }];
  const { experiment_id: experimentId } = await mlflow('experiments/create', { name: experiment, tags });
  const { experiment_id: deletedExperimentId } = await mlflow('experiments/create', {
    name: `barn-gone-${n}`,
  });
  await mlflow('experiments/delete', { experiment_id: deletedExperimentId });
  const { run } = await mlflow('runs/create', { experiment_id: experimentId, start_time: 1, tags });
  const runId: string = run.info.run_id;
  await mlflow('runs/log-metric', { run_id: runId, key: 'acc', value: 1, timestamp: 1 });
  const root = `/api/2.0/mlflow-artifacts/artifacts/${experimentId}/${runId}/artifacts`;
  await send('PUT', `${root}/model/f.txt`, 'bytes');
  await send('PUT', `${root}/other.txt`, 'bytes');
  const logged = await mlflow('logged-models', { experiment_id: experimentId, name: 'lm', tags });
  const modelId: string = logged.model.info.model_id;
  await mlflow('logged-models/search', { experiment_ids: [experimentId] });
  await send(
    'PUT',
    `/api/2.0/mlflow-artifacts/artifacts/${experimentId}/models/${modelId}/artifacts/f.txt`,
    'x',
  );
  await mlflow('registered-models/create', { name: model, tags });
  await mlflow('model-versions/create', { name: model, source: `runs:/${runId}/model`, run_id: runId, tags });
  await send('POST', '/api/v1/models/register', {
    model_name: model,
    model_type: 'custom',
    experiment_name: experiment,
  });
  await mlflow('registered-models/alias', { name: model, alias: 'a', version: '1' });
  const hook = {
    name: `w-${n}`,
    url: 'https://example.org/x',
    events: [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }],
  };
  const { webhook } = await mlflow('webhooks', hook);
  const { user } = await send('POST', '/api/v1/users', {
    name: `victim-${n}`,
    kind: 'user',
    password: PASSWORD,
  });
  const { grant } = await send('POST', '/api/v1/grants', {
    user: user.id,
    role: 'reader',
    resource: 'model',
    pattern: 'x',
  });
  const { token } = await send('POST', '/api/v1/tokens', { name: `t-${n}`, scopes: ['read'] });
  const held = { model_name: `layer-held-${n}`, model_type: 'custom', experiment_name: experiment };
  await send('POST', '/api/v1/models/register', held);
  const { hold } = await send('POST', '/api/v1/holds', { model_name: held.model_name, reason: 'kept' });
  const bad = { dataset: `bad-${n}`, digest: 'd', reason: 'mislabelled' };
  const { taint } = await send('POST', '/api/v1/lineage/taints', bad);
  return {
    n,
    model,
    experiment,
    experimentId,
    deletedExperimentId,
    runId,
    modelId,
    webhookId: webhook.webhook_id,
    userId: user.id,
    tokenId: token.id,
    grantId: grant.id,
    holdId: hold.id,
    taintId: taint.id,
  };
}
