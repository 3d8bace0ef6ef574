import { describe, expect, test } from 'vitest';
import { paths, problemOf, v1Client } from './v1-client.ts';

describe('listModels', () => {
  test('shows newest version, stages, aliases and times', async () => {
    await using v1 = await v1Client();
    await v1.register('m', { description: 'Counts' });
    await v1.register('m');
    await v1.transition('m', 1, 'production');
    await v1.send('PUT', '/models/m/aliases/champion', { body: { version: 1 } });
    expect((await v1.get('/models')).body).toEqual({
      success: true,
      total_models: 1,
      models: [
        {
          name: 'm',
          latest_version: 2,
          current_stage: 'development',
          creation_timestamp: Date.UTC(2026, 2, 4, 6),
          last_updated_timestamp: Date.UTC(2026, 2, 4, 6),
          description: 'Counts',
          tags: {},
          stages: { production: 1, development: 2 },
          aliases: { champion: 1 },
        },
      ],
    });
  });

  test('an empty registry has no models', async () => {
    await using v1 = await v1Client();
    expect((await v1.get('/models')).body).toEqual({ success: true, total_models: 0, models: [] });
  });

  test('pages by name through everything once, and the total is of all pages', async () => {
    await using v1 = await v1Client();
    for (const name of ['e', 'a', 'd', 'b', 'c']) await v1.register(name);
    const names: string[] = [];
    let query = '?limit=2';
    for (let page = 0; page < 3; page += 1) {
      const { body } = await v1.get(`/models${query}`);
      expect(body['total_models']).toBe(5);
      names.push(...(body['models'] as { name: string }[]).map(({ name }) => name));
      query = `?limit=2&page_token=${body['next_page_token']}`;
      if (page === 2) expect(body).not.toHaveProperty('next_page_token');
    }
    expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test("filters in MLflow's language, and names the filter when it is wrong", async () => {
    await using v1 = await v1Client();
    await v1.register('layer-count');
    await v1.register('egg-count');
    const { body } = await v1.get(`/models?filter=${encodeURIComponent("name LIKE 'layer%'")}`);
    expect(body).toMatchObject({ total_models: 1, models: [{ name: 'layer-count' }] });
    for (const filter of ['name ~ 1', 'colour = "red"', '((((', "name = 'x' OR name = 'y'"]) {
      const answer = await v1.get(`/models?filter=${encodeURIComponent(filter)}`);
      expect(problemOf(answer).status).toBe(400);
      expect(paths(answer)).toEqual(['filter']);
    }
  });

  test('prompts are listed only when asked for', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    await v1.server.app.inject({
      method: 'POST',
      url: '/api/2.0/mlflow/registered-models/create',
      payload: { name: 'p', tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }] },
    });
    expect((await v1.get('/models')).body['models']).toMatchObject([{ name: 'm' }]);
    expect((await v1.get('/models?kind=prompt')).body).toMatchObject({
      total_models: 1,
      models: [{ name: 'p', latest_version: null, current_stage: null }],
    });
    expect(paths(await v1.get('/models?kind=both'))).toEqual(['kind']);
  });
});

describe('updateModel', () => {
  test('changes description and tags, and leaves what is absent', async () => {
    await using v1 = await v1Client();
    await v1.register('m', { description: 'old' });
    const patch = (body: unknown) => v1.send('PATCH', '/models/m', { body });
    expect((await patch({ tags: { a: '1', b: '2' } })).body['model']).toMatchObject({
      description: 'old',
      tags: { a: '1', b: '2' },
    });
    expect((await patch({ description: null, tags: { a: null } })).body['model']).toMatchObject({
      description: null,
      tags: { b: '2' },
    });
    for (const body of [
      { name: 'n' },
      { tags: { 'registry.x': '1' } },
      { tags: { 'mlflow.prompt.is_prompt': 'true' } },
    ])
      expect(problemOf(await patch(body)).status).toBe(400);
    expect(problemOf(await v1.send('PATCH', '/models/absent', { body: {} })).code).toBe('model_not_found');
  });
});

describe('deleteModel', () => {
  test('the model is gone, and its name goes on counting', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    await v1.register('m');
    expect((await v1.send('DELETE', '/models/m')).status).toBe(200);
    expect(problemOf(await v1.get('/models/m')).code).toBe('model_not_found');
    expect(problemOf(await v1.send('DELETE', '/models/m')).code).toBe('model_not_found');
    expect((await v1.register('m')).body['version']).toBe(3);
  });
});
