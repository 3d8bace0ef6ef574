import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, type Grant, LOCAL_ACTOR } from '../../src/domain/actor.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { storeTargets } from '../support/store-targets.ts';
import { registryClient } from './mlflow/registry-client.ts';

// Each of these means something to LIKE, or differs only in case.
const NAMES = ['egg_size', 'eggXsize', 'egg%', 'Egg_size', 'layer-count', 'layer-age', 'lame\\cow'];

const reader = (pattern: string, resource: Grant['resource'] = 'model'): Grant => ({
  role: 'reader',
  resource,
  pattern,
});

describe.each(storeTargets)('who may read some names on $name', (target) => {
  let server: TestApp;
  const client = registryClient(() => server);

  beforeAll(async () => {
    server = await testApp({ target });
    for (const name of NAMES) {
      await client.post('registered-models/create', { name });
      await client.post('model-versions/create', { name, source: 's3://bucket/model' });
      await client.post('experiments/create', { name });
    }
  });
  afterAll(() => server.close());

  function actAs(grants: readonly Grant[], token: Actor['token'] = null): void {
    server.actAs({ ...LOCAL_ACTOR, subjectId: 'somebody', kind: 'user', grants, token });
  }

  async function seen() {
    const models = (await client.get('registered-models/search', {})).body.registered_models ?? [];
    const versions = (await client.get('model-versions/search', {})).body.model_versions ?? [];
    const experiments =
      (await client.post('experiments/search', { max_results: 100 })).body.experiments ?? [];
    const listed = (await server.app.inject({ url: '/api/v1/models' })).json();
    const names = (things: { name: string }[]) => things.map(({ name }) => name).sort();
    expect(listed.total_models).toBe(models.length);
    expect(names(listed.models)).toEqual(names(models));
    expect(names(versions)).toEqual(names(models));
    return { models: names(models), experiments: names(experiments) };
  }

  test.each<[string, readonly string[]]>([
    ['egg_size', ['egg_size']],
    ['egg%', ['egg%']],
    ['egg*', ['egg%', 'eggXsize', 'egg_size']],
    ['*_size', ['Egg_size', 'egg_size']],
    ['lame\\*', ['lame\\cow']],
    ['l*-*', ['layer-age', 'layer-count']],
    ['LAYER-*', []],
  ])('with the pattern %j sees what matches it, in every search', async (pattern, names) => {
    actAs([reader(pattern)]);
    expect(await seen()).toEqual({ models: names, experiments: [] });
    actAs([reader(pattern, 'experiment')]);
    expect(await seen()).toEqual({ models: [], experiments: names });
  });

  test('several grants add up, and a token takes away', async () => {
    const grants = [reader('egg_size'), reader('layer-*')];
    actAs(grants);
    expect((await seen()).models).toEqual(['egg_size', 'layer-age', 'layer-count']);
    actAs(grants, { tokenId: 't', scopes: ['read'], pattern: '*-count' });
    expect((await seen()).models).toEqual(['layer-count']);
    actAs([reader('*')], { tokenId: 't', scopes: ['read'], pattern: 'layer-*' });
    expect((await seen()).models).toEqual(['layer-age', 'layer-count']);
    actAs([reader('*')], { tokenId: 't', scopes: ['write'], pattern: null });
    expect((await seen()).models).toEqual([]);
  });

  test('pages are full of what may be read', async () => {
    actAs([reader('layer-*')]);
    const first = (await client.get('registered-models/search', { max_results: '1' })).body;
    expect(first.registered_models).toHaveLength(1);
    const second = (
      await client.get('registered-models/search', { max_results: '1', page_token: first.next_page_token })
    ).body;
    expect(second.registered_models).toHaveLength(1);
    expect(second.next_page_token).toBeUndefined();
  });

  test('who may make an experiment by a right on models of that name may write to it from then on', async () => {
    const grants: Grant[] = [{ role: 'writer', resource: 'model', pattern: 'goat-*' }];
    await server.deps.store.write(async ({ subjects }) => {
      await subjects.insert({
        subjectId: 'somebody',
        kind: 'user',
        name: 'somebody',
        nameKey: 'somebody',
        ownerId: null,
        createdAtMs: 0,
        disabledAtMs: null,
        passwordHash: null,
        external: null,
      });
    });
    actAs(grants);
    const made = await client.post('experiments/create', { name: 'goat-milk' });
    expect(made.status).toBe(200);
    expect((await client.post('experiments/create', { name: 'cow-milk' })).status).toBe(403);
    const { grants: known = [] } =
      (await server.deps.store.read(({ subjects }) => subjects.findIdentity('somebody'))) ?? {};
    expect(known).toEqual([{ role: 'writer', resource: 'experiment', pattern: 'goat-milk' }]);
    actAs([...grants, ...known]);
    expect((await client.post('runs/create', { experiment_id: made.body.experiment_id })).status).toBe(200);
  });
});
