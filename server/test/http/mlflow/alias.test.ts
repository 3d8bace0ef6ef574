import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';
import { absent, missing, NOTHING, refused, registryClient, wrongType } from './registry-client.ts';

const NAME = 'egg weight';
let server: TestApp;
const { get, post, remove } = registryClient(() => server);

const setAlias = (alias: unknown, version: unknown = '1', name: unknown = NAME) =>
  post('registered-models/alias', { name, alias, version });
const getByAlias = (alias: string, name = NAME) => get('registered-models/alias', { name, alias });
const badAlias = (alias: string) =>
  refused(
    `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
  );

beforeAll(async () => {
  server = await testApp();
  for (const name of [NAME, 'empty']) await post('registered-models/create', { name });
  for (const source of ['s3://b/1', 's3://b/2', 's3://b/3'])
    await post('model-versions/create', { name: NAME, source });
});
afterAll(() => server.close());

describe('setRegisteredModelAlias', () => {
  test('points the alias to the version and moves it away from another; the update time stays', async () => {
    const before = (await get('registered-models/get', { name: NAME })).body.registered_model;
    server.clock.advance(10);
    expect(await setAlias('champion', '1')).toEqual(NOTHING);
    expect(await setAlias('champion', '2')).toEqual(NOTHING);
    expect(await setAlias('champion', '2')).toEqual(NOTHING);
    expect(
      (await get('model-versions/get', { name: NAME, version: '1' })).body.model_version,
    ).not.toHaveProperty('aliases');
    expect(
      (await get('model-versions/get', { name: NAME, version: '2' })).body.model_version.aliases,
    ).toEqual(['champion']);
    const after = (await get('registered-models/get', { name: NAME })).body.registered_model;
    expect(after.last_updated_timestamp).toBe(before.last_updated_timestamp);
    expect(after.aliases).toEqual([{ alias: 'champion', version: '2' }]);
  });

  test.each(['Champion', 'a-b_c', 'ä', '日本', '1', 'v', 'v1a', '__proto__', 'constructor', 'a'.repeat(255)])(
    'accepts %j',
    async (alias) => {
      expect(await setAlias(alias)).toEqual(NOTHING);
      expect((await getByAlias(alias)).body.model_version.version).toBe('1');
      expect(await remove('registered-models/alias', { name: NAME, alias })).toEqual(NOTHING);
    },
  );

  test.each(['a b', 'a.b', 'a/b', 'a\n', 'e\u0301', '%'])('refuses %j', async (alias) => {
    expect(await setAlias(alias)).toEqual(badAlias(alias));
    expect(await getByAlias(alias)).toEqual(badAlias(alias));
    expect(await remove('registered-models/alias', { name: NAME, alias })).toEqual(badAlias(alias));
  });

  test.each(['latest', 'LATEST'])('keeps %j for the newest version', async (alias) => {
    expect(await setAlias(alias)).toEqual(refused("'latest' alias name (case insensitive) is reserved."));
  });

  test.each(['v1', 'V01', 'v\u0661'])('keeps %j, which looks like a version number', async (alias) => {
    expect(await setAlias(alias)).toEqual(refused(`Version alias name '${alias}' is reserved.`));
  });

  test('refuses absent versions and models, odd versions, and what is missing or too long', async () => {
    expect(await setAlias('x', '99')).toEqual(absent(`Model Version (name=${NAME}, version=99) not found`));
    expect(await setAlias('x', '1', 'nope')).toEqual(
      absent('Model Version (name=nope, version=1) not found'),
    );
    expect(await setAlias('x', 'q')).toEqual(refused("Parameter 'version' must be an integer, got 'q'."));
    expect(await setAlias('x', 1)).toEqual(wrongType('version', '1', 'int'));
    expect(await setAlias('')).toEqual(missing('alias'));
    expect(await setAlias('x', undefined, '')).toEqual(missing('name'));
    expect(await setAlias('x', null)).toEqual(missing('version'));
    expect(await setAlias('a'.repeat(256))).toEqual(
      refused("'Registered model alias name' exceeds the maximum length of 255 characters"),
    );
    expect((await getByAlias('x')).status).toBe(400);
  });
});

describe('getModelVersionByAlias', () => {
  test('answers the whole version with all of its aliases', async () => {
    await setAlias('b', '3');
    await setAlias('a', '3');
    expect((await getByAlias('b')).body.model_version).toMatchObject({ version: '3', aliases: ['a', 'b'] });
  });

  test('tells aliases apart by case', async () => {
    await setAlias('CaseSensitive', '1');
    expect(await getByAlias('casesensitive')).toEqual(
      refused('Registered model alias casesensitive not found.'),
    );
  });

  test.each(['latest', 'Latest'])('answers the newest version of all stages for %j', async (alias) => {
    await post('model-versions/transition-stage', { name: NAME, version: '1', stage: 'Production' });
    expect((await getByAlias(alias)).body.model_version.version).toBe('3');
  });

  test('says what is absent: alias, model or any version', async () => {
    expect(await getByAlias('absent')).toEqual(refused('Registered model alias absent not found.'));
    expect(await getByAlias('x', 'nope')).toEqual(absent('Registered Model with name=nope not found'));
    expect(await getByAlias('latest', 'nope')).toEqual(absent('Registered Model with name=nope not found'));
    expect(await getByAlias('latest', 'empty')).toEqual(absent('Latest version not found for model empty.'));
    expect(await get('registered-models/alias', { name: NAME })).toEqual(missing('alias'));
  });

  test('leads nowhere after its version was deleted: the alias goes with it', async () => {
    await post('registered-models/create', { name: 'short lived' });
    await post('model-versions/create', { name: 'short lived', source: 's3://b/x' });
    await setAlias('gone', '1', 'short lived');
    await remove('model-versions/delete', { name: 'short lived', version: '1' });
    expect(await getByAlias('gone', 'short lived')).toEqual(
      refused('Registered model alias gone not found.'),
    );
    expect(
      (await get('registered-models/get', { name: 'short lived' })).body.registered_model,
    ).not.toHaveProperty('aliases');
  });
});

describe('deleteRegisteredModelAlias', () => {
  test('deletes, and a second time is fine', async () => {
    await setAlias('brief', '1');
    for (const alias of ['brief', 'brief', 'never', 'latest'])
      expect(await remove('registered-models/alias', { name: NAME, alias })).toEqual(NOTHING);
    expect(await getByAlias('brief')).toEqual(refused('Registered model alias brief not found.'));
  });

  test('refuses absent models and what is missing', async () => {
    expect(await remove('registered-models/alias', { name: 'nope', alias: 'x' })).toEqual(
      absent('Registered Model with name=nope not found'),
    );
    expect(await remove('registered-models/alias', { name: NAME })).toEqual(missing('alias'));
    expect(await remove('registered-models/alias', { alias: 'x' })).toEqual(missing('name'));
  });
});
