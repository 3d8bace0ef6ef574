import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';
import {
  absent,
  failure,
  missing,
  NOTHING,
  type RegistryClient,
  refused,
  registryClient,
  wrongType,
} from './registry-client.ts';

const BAD_CHARACTERS =
  'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).';
const resolves = (normal: string) =>
  `Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${normal}'`;

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`registered models on ${target.name}`, () => {
    let server: TestApp;
    const client: RegistryClient = registryClient(() => server);
    const { get, post, patch, remove } = client;
    let count = 0;
    beforeAll(async () => {
      server = await testApp({ target });
    });
    afterAll(() => server.close());

    async function newModel(given: object = {}): Promise<string> {
      const name = `model ${++count}`;
      expect((await post('registered-models/create', { name, ...given })).status).toBe(200);
      return name;
    }

    async function newVersion(name: string, stage?: string): Promise<string> {
      const source = 's3://bucket/model';
      const { body } = await post('model-versions/create', { name, source });
      const { version } = body.model_version;
      if (stage !== undefined) await post('model-versions/transition-stage', { name, version, stage });
      return version;
    }

    describe('createRegisteredModel', () => {
      test('answers the model with its times, and the last of several tags of one key', async () => {
        const name = 'layer count';
        const nowMs = server.clock.now();
        const tags = [{ key: 'a', value: '1' }, { key: 'b' }, { key: 'a', value: '2' }];
        expect(await post('registered-models/create', { name, description: 'hens', tags })).toEqual({
          status: 200,
          body: {
            registered_model: {
              name,
              creation_timestamp: nowMs,
              last_updated_timestamp: nowMs,
              description: 'hens',
              tags: [
                { key: 'a', value: '2' },
                { key: 'b', value: '' },
              ],
            },
          },
        });
      });

      test('leaves an empty description and empty lists out', async () => {
        const { body } = await post('registered-models/create', { name: 'bare', description: '', tags: [] });
        expect(Object.keys(body.registered_model).sort()).toEqual([
          'creation_timestamp',
          'last_updated_timestamp',
          'name',
        ]);
      });

      test('takes a name once', async () => {
        const name = await newModel();
        expect(await post('registered-models/create', { name })).toEqual(
          failure(400, 'RESOURCE_ALREADY_EXISTS', `Registered Model (name=${name}) already exists.`),
        );
      });

      test.each([
        '__proto__',
        'constructor',
        'toString',
        'new',
        'prod%2Dmodel',
        ' x',
        'x ',
        'кость',
        '🐔',
        "it's",
        '"q"',
        'a\\b',
        'n'.repeat(256),
      ])('accepts the name %j and gives it back unchanged', async (name) => {
        await post('registered-models/create', { name });
        expect((await get('registered-models/get', { name })).body.registered_model.name).toBe(name);
        expect(await remove('registered-models/delete', { name })).toEqual(NOTHING);
      });

      test('takes NFC and NFD of one text for two names', async () => {
        const composed = await post('registered-models/create', { name: 'caf\u00e9' });
        const decomposed = await post('registered-models/create', { name: 'cafe\u0301' });
        expect([composed.status, decomposed.status]).toEqual([200, 200]);
      });

      test.each(['a/b', 'a:b', 'a/b:c', '/', ':'])('refuses the name %j', async (name) => {
        expect(await post('registered-models/create', { name })).toEqual(
          refused(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`),
        );
      });

      test.each(['.', '..'])('refuses the name %j, which is another when read as a path', async (name) => {
        expect(await post('registered-models/create', { name })).toEqual(
          refused(`Invalid value "${name}" for parameter 'name' supplied: ${resolves(name)}`),
        );
      });

      test('refuses a name that is absent, empty, blank or too long', async () => {
        expect(await post('registered-models/create', {})).toEqual(missing('name'));
        expect(await post('registered-models/create', { name: '' })).toEqual(missing('name'));
        expect(await post('registered-models/create', { name: ' ' })).toEqual(
          refused("Missing value for required parameter 'name'."),
        );
        expect((await post('registered-models/create', { name: 'n'.repeat(257) })).status).toBe(400);
      });

      test.each([
        [5, '5', 'int'],
        [1.5, '1.5', 'float'],
        [true, 'true', 'bool'],
        [['x'], '["x"]', 'list'],
        [{}, '{}', 'dict'],
      ])('refuses %j as a name', async (name, shown, type) => {
        expect(await post('registered-models/create', { name })).toEqual(wrongType('name', shown, type));
      });

      test('refuses tags with bad keys or long values, and creates nothing', async () => {
        const name = 'never made';
        const tagged = (tag: object) => post('registered-models/create', { name, tags: [tag] });
        expect(await tagged({ key: 'a$b', value: 'x' })).toEqual(
          refused(`Invalid value "a$b" for parameter 'key' supplied: ${BAD_CHARACTERS}`),
        );
        expect(await tagged({ key: 'k'.repeat(251), value: '' })).toEqual(
          refused("'key' exceeds the maximum length of 250 characters"),
        );
        expect(await tagged({ key: 'k', value: 'v'.repeat(100_001) })).toEqual(
          refused("'value' exceeds the maximum length of 100000 characters"),
        );
        expect((await get('registered-models/get', { name })).status).toBe(404);
      });
    });

    describe('getRegisteredModel', () => {
      test('says which model is absent', async () => {
        expect(await get('registered-models/get', { name: 'nope' })).toEqual(
          absent('Registered Model with name=nope not found'),
        );
        expect(await get('registered-models/get')).toEqual(missing('name'));
      });

      test('tells names apart by case', async () => {
        const name = await newModel();
        expect((await get('registered-models/get', { name: name.toUpperCase() })).status).toBe(404);
      });

      test('lists the greatest version of each stage without its aliases, and the aliases by name', async () => {
        const name = await newModel();
        for (const stage of ['Production', 'Staging', 'Production']) await newVersion(name, stage);
        for (const alias of ['b', 'a']) await post('registered-models/alias', { name, alias, version: '3' });
        const { registered_model: model } = (await get('registered-models/get', { name })).body;
        expect(model.aliases).toEqual([
          { alias: 'a', version: '3' },
          { alias: 'b', version: '3' },
        ]);
        expect(
          model.latest_versions.map((v: { version: string; current_stage: string; aliases?: string[] }) => [
            v.version,
            v.current_stage,
            v.aliases,
          ]),
        ).toEqual([
          ['2', 'Staging', undefined],
          ['3', 'Production', undefined],
        ]);
      });
    });

    describe('searchRegisteredModels', () => {
      beforeAll(async () => {
        for (const name of ['search_a', 'search_b', 'Search_c']) {
          await post('registered-models/create', { name, tags: [{ key: 'kind', value: name.at(-1) }] });
          server.clock.advance(1);
        }
      });

      async function names(filter: string, query: Record<string, string | string[]> = {}): Promise<string[]> {
        const { status, body } = await get('registered-models/search', { filter, ...query });
        expect(status, JSON.stringify(body)).toBe(200);
        return (body.registered_models ?? []).map((model: { name: string }) => model.name);
      }

      test.each([
        ["name = 'search_a'", ['search_a']],
        ["name LIKE 'search%'", ['search_a', 'search_b']],
        ["name ILIKE 'SEARCH%'", ['Search_c', 'search_a', 'search_b']],
        ["name LIKE 'searchZ_'", []],
        ["name IN ('search_a', 'Search_c', 'absent')", ['Search_c', 'search_a']],
        ["tags.kind = 'b'", ['search_b']],
        ["tags.`kind` != 'b' AND name ILIKE 'search%'", ['Search_c', 'search_a']],
        ["name = 'search_a' and tag.kind = 'b'", []],
        ["tags.absent = 'x'", []],
      ])('finds by %s', async (filter, expected) => {
        expect(await names(filter)).toEqual(expected);
      });

      test.each([
        ['name DESC', ['search_b', 'search_a', 'Search_c']],
        ['timestamp', ['search_a', 'search_b', 'Search_c']],
        ['last_updated_timestamp DESC', ['Search_c', 'search_b', 'search_a']],
      ])('orders by %s', async (order, expected) => {
        expect(await names("name ILIKE 'search%'", { order_by: order })).toEqual(expected);
      });

      test('pages to the end without loss or repetition, and ends without a token', async () => {
        const found: string[] = [];
        let token = '';
        do {
          const { body } = await get('registered-models/search', {
            filter: "name ILIKE 'search%'",
            max_results: '2',
            page_token: token,
          });
          found.push(...body.registered_models.map((model: { name: string }) => model.name));
          token = body.next_page_token ?? '';
        } while (token !== '');
        expect(found).toEqual(['Search_c', 'search_a', 'search_b']);
      });

      test.each([
        ["foo = 'x'", "Invalid attribute key 'foo' specified. Valid keys are '{'name'}'"],
        ["name == 'm1'", 'Invalid comparator for attribute: =='],
        ["name = 'a' OR name = 'b'", 'Invalid clause(s) in filter string: OR'],
      ])('refuses the filter %s', async (filter, message) => {
        expect(await get('registered-models/search', { filter })).toEqual(refused(message));
      });

      test('refuses pages beyond the limits, foreign tokens and bad orders', async () => {
        const search = (query: Record<string, string | string[]>) => get('registered-models/search', query);
        expect(await search({ max_results: '1001' })).toEqual(wrongType('max_results', '"1001"', 'str'));
        expect((await search({ max_results: '-1' })).status).toBe(400);
        expect(await search({ max_results: '0' })).toMatchObject({ status: 200 });
        expect(await search({ page_token: 'x' })).toEqual(
          refused('Invalid page token, could not base64-decode'),
        );
        expect(await search({ order_by: 'foo' })).toEqual(
          refused("Invalid order by key 'foo' specified. Valid keys are '{'name', 'timestamp'}'"),
        );
        expect(await search({ order_by: ['name', 'name'] })).toEqual(
          refused("`order_by` contains duplicate fields: ['name', 'name']"),
        );
      });
    });

    describe('updateRegisteredModel', () => {
      test('replaces the description, clears an omitted one, and moves the update time', async () => {
        const name = await newModel({ description: 'old' });
        server.clock.advance(5);
        const changed = await patch('registered-models/update', { name, description: 'new' });
        expect(changed.body.registered_model).toMatchObject({
          description: 'new',
          last_updated_timestamp: server.clock.now(),
        });
        const cleared = await patch('registered-models/update', { name });
        expect(cleared.body.registered_model).not.toHaveProperty('description');
      });

      test('refuses absent models, wrong types and texts beyond 5000 characters', async () => {
        const name = await newModel();
        const update = (body: object) => patch('registered-models/update', body);
        expect(await update({ name: 'nope', description: 'x' })).toEqual(
          absent('Registered Model with name=nope not found'),
        );
        expect(await update({ description: 'x' })).toEqual(missing('name'));
        expect(await update({ name, description: 7 })).toEqual(wrongType('description', '7', 'int'));
        expect(await update({ name, description: 'd'.repeat(5001) })).toEqual(
          refused("'description' exceeds the maximum length of 5000 characters"),
        );
        expect((await update({ name, description: '🐔'.repeat(5000) })).status).toBe(200);
      });
    });

    describe('renameRegisteredModel', () => {
      test('takes versions, tags and aliases along', async () => {
        const name = await newModel({ tags: [{ key: 'k', value: 'v' }] });
        const newName = `${name} renamed`;
        await newVersion(name, 'Staging');
        await post('registered-models/alias', { name, alias: 'champion', version: '1' });
        server.clock.advance(3);
        const { body } = await post('registered-models/rename', { name, new_name: newName });
        expect(body.registered_model).toMatchObject({
          name: newName,
          last_updated_timestamp: server.clock.now(),
          tags: [{ key: 'k', value: 'v' }],
          aliases: [{ alias: 'champion', version: '1' }],
          latest_versions: [{ name: newName, version: '1', last_updated_timestamp: server.clock.now() }],
        });
        expect((await get('registered-models/get', { name })).status).toBe(404);
        expect((await get('registered-models/alias', { name: newName, alias: 'champion' })).status).toBe(200);
      });

      test('to its own name is fine', async () => {
        const name = await newModel();
        expect((await post('registered-models/rename', { name, new_name: name })).status).toBe(200);
      });

      test('refuses taken and bad names, and changes nothing', async () => {
        const name = await newModel();
        const taken = await newModel();
        const rename = (newName: unknown) => post('registered-models/rename', { name, new_name: newName });
        expect(await rename(taken)).toEqual(
          failure(400, 'RESOURCE_ALREADY_EXISTS', `Registered Model (name=${taken}) already exists.`),
        );
        expect(await rename('a/b')).toEqual(
          refused("Invalid model name 'a/b'. Names cannot contain '/' or ':'."),
        );
        expect(await rename('')).toEqual(missing('new_name'));
        expect(await rename(5)).toEqual(wrongType('new_name', '5', 'int'));
        expect(await rename('..')).toEqual(
          refused(`Invalid value ".." for parameter 'name' supplied: ${resolves('..')}`),
        );
        expect((await get('registered-models/get', { name })).status).toBe(200);
        expect(await post('registered-models/rename', { name: 'nope', new_name: taken })).toEqual(
          absent('Registered Model with name=nope not found'),
        );
      });
    });

    describe('deleteRegisteredModel', () => {
      test('removes the model with everything on it; its numbers are not given again', async () => {
        const name = await newModel({ tags: [{ key: 'k', value: 'v' }] });
        await newVersion(name, 'Production');
        await post('registered-models/alias', { name, alias: 'champion', version: '1' });
        expect(await remove('registered-models/delete', { name })).toEqual(NOTHING);
        expect(await remove('registered-models/delete', { name })).toEqual(
          absent(`Registered Model with name=${name} not found`),
        );
        expect((await get('model-versions/get', { name, version: '1' })).status).toBe(404);
        expect((await get('registered-models/alias', { name, alias: 'champion' })).status).toBe(404);
        await post('registered-models/create', { name });
        const { registered_model: fresh } = (await get('registered-models/get', { name })).body;
        expect(fresh).not.toHaveProperty('tags');
        expect(fresh).not.toHaveProperty('aliases');
        expect(await newVersion(name)).toBe('2');
      });

      test('needs a name in the body; the query does not count', async () => {
        const name = await newModel();
        expect(await remove(`registered-models/delete?name=${encodeURIComponent(name)}`, {})).toEqual(
          missing('name'),
        );
        expect((await get('registered-models/get', { name })).status).toBe(200);
      });
    });

    describe('setRegisteredModelTag', () => {
      test('sets and overwrites; without a value the text is empty; the update time stays', async () => {
        const name = await newModel();
        const createdMs = server.clock.now();
        server.clock.advance(9);
        for (const body of [{ value: 'a' }, { value: 'ü 🐔' }, {}])
          expect(await post('registered-models/set-tag', { name, key: 'k/1 :._-', ...body })).toEqual(
            NOTHING,
          );
        expect((await get('registered-models/get', { name })).body.registered_model).toMatchObject({
          tags: [{ key: 'k/1 :._-', value: '' }],
          last_updated_timestamp: createdMs,
        });
      });

      test.each([
        ['a$b', `Invalid value "a$b" for parameter 'key' supplied: ${BAD_CHARACTERS}`],
        ['k\n', `Invalid value "k\\n" for parameter 'key' supplied: ${BAD_CHARACTERS}`],
        ['../a', `Invalid value "../a" for parameter 'key' supplied: ${resolves('../a')}`],
        ['a//b', `Invalid value "a//b" for parameter 'key' supplied: ${resolves('a/b')}`],
        ['/a', `Invalid value "/a" for parameter 'key' supplied: ${resolves('/a')}`],
        ['.', `Invalid value "." for parameter 'key' supplied: ${resolves('.')}`],
        ['k'.repeat(251), "'key' exceeds the maximum length of 250 characters"],
        [
          'registry.kind',
          "Tag key 'registry.kind' is reserved: keys that begin with 'registry.' belong to the registry.",
        ],
      ])('refuses the key %j', async (key, message) => {
        const name = await newModel();
        expect(await post('registered-models/set-tag', { name, key, value: 'v' })).toEqual(refused(message));
        expect((await get('registered-models/get', { name })).body.registered_model).not.toHaveProperty(
          'tags',
        );
      });

      test('refuses what is missing, of another type, or too long', async () => {
        const name = await newModel();
        const set = (body: object) => post('registered-models/set-tag', body);
        expect(await set({ name, value: 'v' })).toEqual(missing('key'));
        expect(await set({ key: 'k', value: 'v' })).toEqual(missing('name'));
        expect(await set({ name, key: 'k', value: 5 })).toEqual(wrongType('value', '5', 'int'));
        expect(await set({ name, key: 'k', value: 'v'.repeat(100_001) })).toEqual(
          refused("'value' exceeds the maximum length of 100000 characters"),
        );
        expect(await set({ name: 'nope', key: 'k', value: 'v' })).toEqual(
          absent('Registered Model with name=nope not found'),
        );
      });
    });

    describe('deleteRegisteredModelTag', () => {
      test('deletes, and a second time is fine', async () => {
        const name = await newModel({ tags: [{ key: 'k', value: 'v' }] });
        for (const key of ['k', 'k', 'absent'])
          expect(await remove('registered-models/delete-tag', { name, key })).toEqual(NOTHING);
        expect((await get('registered-models/get', { name })).body.registered_model).not.toHaveProperty(
          'tags',
        );
      });

      test('refuses absent models and what is missing', async () => {
        expect(await remove('registered-models/delete-tag', { name: 'nope', key: 'k' })).toEqual(
          absent('Registered Model with name=nope not found'),
        );
        expect(await remove('registered-models/delete-tag', { name: 'nope' })).toEqual(missing('key'));
        expect(await remove('registered-models/delete-tag', { key: 'k' })).toEqual(missing('name'));
      });
    });

    describe('getLatestVersions', () => {
      test('answers the greatest of each stage asked for, with aliases, by GET and by POST', async () => {
        const name = await newModel();
        for (const stage of ['Production', 'Production', 'Archived', undefined])
          await newVersion(name, stage);
        await post('registered-models/alias', { name, alias: 'champion', version: '2' });
        const shown = ({ body }: Awaited<ReturnType<typeof get>>) =>
          (body.model_versions ?? []).map((v: { version: string; aliases?: string[] }) => [
            v.version,
            v.aliases,
          ]);
        for (const call of [get, post]) {
          expect(shown(await call('registered-models/get-latest-versions', { name }))).toEqual([
            ['2', ['champion']],
            ['3', undefined],
            ['4', undefined],
          ]);
          const some = { name, stages: ['production', 'STAGING'] };
          expect(shown(await call('registered-models/get-latest-versions', some))).toEqual([
            ['2', ['champion']],
          ]);
        }
      });

      test('answers an empty message when there is none, and refuses unknown stages and models', async () => {
        const name = await newModel();
        const latest = (body: object) => post('registered-models/get-latest-versions', body);
        expect(await latest({ name })).toEqual(NOTHING);
        expect(await latest({ name, stages: ['foo'] })).toEqual(
          refused(
            'Invalid Model Version stage: foo. Value must be one of None, Staging, Production, Archived.',
          ),
        );
        expect(await latest({ name, stages: 'Staging' })).toEqual(wrongType('stages', '"Staging"', 'str'));
        expect(await latest({ name: 'nope' })).toEqual(absent('Registered Model with name=nope not found'));
      });
    });
  });
