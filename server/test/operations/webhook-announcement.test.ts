import { expect, test } from 'vitest';
import { registryClient } from '../http/mlflow/registry-client.ts';
import { type TestApp, testApp } from '../support/app.ts';

const EVENTS = [
  ['REGISTERED_MODEL', 'CREATED'],
  ['MODEL_VERSION', 'CREATED'],
  ['MODEL_VERSION_TAG', 'SET'],
  ['MODEL_VERSION_TAG', 'DELETED'],
  ['MODEL_VERSION_ALIAS', 'CREATED'],
  ['MODEL_VERSION_ALIAS', 'DELETED'],
  ['PROMPT', 'CREATED'],
  ['PROMPT_VERSION', 'CREATED'],
  ['PROMPT_TAG', 'SET'],
  ['PROMPT_TAG', 'DELETED'],
  ['PROMPT_VERSION_TAG', 'SET'],
  ['PROMPT_VERSION_TAG', 'DELETED'],
  ['PROMPT_ALIAS', 'CREATED'],
  ['PROMPT_ALIAS', 'DELETED'],
].map(([entity, action]) => ({ entity, action }));

/** A server with a webhook for everything, and what waits for it since it was last asked. */
async function listening() {
  const server = await testApp();
  const client = registryClient(() => server);
  await client.post('webhooks', { name: 'all', url: 'https://example.org/', events: EVENTS });
  const told = async () => {
    const { db } = server.database.engine;
    const rows = await db
      .selectFrom('registry_webhook_deliveries')
      .select(['entity', 'action', 'data'])
      .orderBy('id')
      .execute();
    await server.database.engine.transaction((tx) => tx.deleteFrom('registry_webhook_deliveries').execute());
    return rows.map(({ entity, action, data }) => [`${entity}.${action}`, JSON.parse(data)]);
  };
  return { server, client, told };
}

const tag = (key: string, value: string) => ({ key, value });
const PROMPT = tag('mlflow.prompt.is_prompt', 'true');

test('on MLflow’s wire every change is told that MLflow tells, in its words, and no other', async () => {
  const { server, client, told } = await listening();
  await using _closing: TestApp = server;
  const { post, patch, remove } = client;
  await post('registered-models/create', { name: 'm', tags: [tag('a', '1')] });
  await post('registered-models/create', { name: 'm' });
  await post('registered-models/create', { name: 'p', description: 'd', tags: [PROMPT, tag('x', 'y')] });
  expect(await told()).toEqual([
    ['registered_model.created', { name: 'm', tags: { a: '1' }, description: '' }],
    ['prompt.created', { name: 'p', tags: { x: 'y' }, description: 'd' }],
  ]);

  const prompt = { name: 'p', source: 'dummy-source', tags: [PROMPT, tag('mlflow.prompt.text', 'Hi {{n}}')] };
  await post('model-versions/create', { name: 'm', source: 's3://b/p' });
  await post('model-versions/create', prompt);
  await post('model-versions/create', { name: 'absent', source: 's3://b/p' });
  expect(await told()).toEqual([
    [
      'model_version.created',
      { name: 'm', version: '1', source: 's3://b/p', run_id: null, tags: {}, description: null },
    ],
    [
      'prompt_version.created',
      { name: 'p', version: '1', template: 'Hi {{n}}', tags: {}, description: null },
    ],
  ]);

  for (const name of ['m', 'p']) {
    await post('registered-models/set-tag', { name, ...tag('k', 'v') });
    await remove('registered-models/delete-tag', { name, key: 'k' });
    await post('model-versions/set-tag', { name, version: '1', ...tag('k', 'v') });
    await remove('model-versions/delete-tag', { name, version: '1', key: 'absent' });
    await post('registered-models/alias', { name, alias: 'champ', version: '1' });
    await post('registered-models/alias', { name, alias: 'champ', version: '1' });
    await remove('registered-models/alias', { name, alias: 'champ' });
    await remove('registered-models/alias', { name, alias: 'champ' });
  }
  const both = (name: string, [versionTag, alias]: [string, string]) => [
    [`${versionTag}.set`, { name, version: '1', key: 'k', value: 'v' }],
    [`${versionTag}.deleted`, { name, version: '1', key: 'absent' }],
    [`${alias}.created`, { name, alias: 'champ', version: '1' }],
    [`${alias}.created`, { name, alias: 'champ', version: '1' }],
    [`${alias}.deleted`, { name, alias: 'champ' }],
    [`${alias}.deleted`, { name, alias: 'champ' }],
  ];
  expect(await told()).toEqual([
    ...both('m', ['model_version_tag', 'model_version_alias']),
    ['prompt_tag.set', { name: 'p', key: 'k', value: 'v' }],
    ['prompt_tag.deleted', { name: 'p', key: 'k' }],
    ...both('p', ['prompt_version_tag', 'prompt_alias']),
  ]);

  await patch('registered-models/update', { name: 'm', description: 'x' });
  await patch('model-versions/update', { name: 'm', version: '1', description: 'x' });
  await post('model-versions/transition-stage', { name: 'm', version: '1', stage: 'Staging' });
  await post('registered-models/rename', { name: 'm', new_name: 'n' });
  await remove('model-versions/delete', { name: 'n', version: '1' });
  await remove('registered-models/delete', { name: 'n' });
  expect(await told()).toEqual([]);
});

test('on v1 the same changes are told in the same words', async () => {
  const { server, told } = await listening();
  await using _closing: TestApp = server;
  const send = async (method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, payload?: object) => {
    const body = payload === undefined ? {} : { payload };
    const answer = await server.app.inject({ method, url: `/api/v1/models/${path}`, ...body });
    expect([200, 201, 204], `${path} ${answer.body}`).toContain(answer.statusCode);
    return answer.body === '' ? {} : answer.json();
  };
  const made = await send('POST', 'register', {
    model_name: 'm',
    model_type: 'sklearn',
    description: 'd',
    source: 's3://b/p',
    tags: { a: 1 },
  });
  expect(await told()).toEqual([
    ['registered_model.created', { name: 'm', tags: {}, description: 'd' }],
    [
      'model_version.created',
      {
        name: 'm',
        version: '1',
        source: 's3://b/p',
        run_id: made.run_id,
        tags: { a: '1' },
        description: 'd',
      },
    ],
  ]);
  await send('PATCH', 'm/versions/1', { tags: { a: null, b: '2' } });
  await send('PATCH', 'm', { tags: { c: '3' } });
  await send('PUT', 'm/aliases/champ', { version: 1 });
  await send('DELETE', 'm/aliases/champ');
  await send('POST', 'transition', { model_name: 'm', version: 1, new_stage: 'staging' });
  expect(await told()).toEqual([
    ['model_version_tag.deleted', { name: 'm', version: '1', key: 'a' }],
    ['model_version_tag.set', { name: 'm', version: '1', key: 'b', value: '2' }],
    ['model_version_alias.created', { name: 'm', alias: 'champ', version: '1' }],
    ['model_version_alias.deleted', { name: 'm', alias: 'champ' }],
  ]);
});

test('a change costs one statement for its announcement, however many listen', async () => {
  const { server, client } = await listening();
  await using _closing: TestApp = server;
  await client.post('registered-models/create', { name: 'm' });
  await client.post('model-versions/create', { name: 'm', source: 's3://b/p' });
  const executor = server.database.engine.db.getExecutor();
  const executeQuery = executor.executeQuery.bind(executor);
  const texts: string[] = [];
  executor.executeQuery = (query, options) => {
    texts.push(query.sql);
    return executeQuery(query, options);
  };
  const setTag = async () => {
    texts.length = 0;
    await client.post('model-versions/set-tag', { name: 'm', version: '1', ...tag('k', 'v') });
    return texts.length;
  };
  const withOne = await setTag();
  const body = { name: 'more', url: 'https://example.org/', events: EVENTS };
  for (let index = 0; index < 3; index += 1) await client.post('webhooks', body);
  expect(await setTag()).toBe(withOne);
});
