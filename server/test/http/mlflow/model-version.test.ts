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

const NAME = 'body weight';
const notContained = (source: string, parameter: string) =>
  refused(
    `Invalid model version source: '${source}'. The ${parameter} request parameter must identify the resource that contains the source.`,
  );
const relativeReference = (source: string) =>
  refused(
    `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.`,
  );
const localPath = (source: string, parameter: string) =>
  refused(
    `Invalid model version source: '${source}'. To use a local path as a model version source, the ${parameter} request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the ${parameter}.`,
  );

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`model versions on ${target.name}`, () => {
    let server: TestApp;
    const client: RegistryClient = registryClient(() => server);
    const { get, post, patch, remove } = client;
    let experimentId: string;
    let runId: string;
    let otherRunId: string;
    /** A logged model of `runId`. */
    let modelId: string;

    beforeAll(async () => {
      server = await testApp({ target });
      experimentId = (await post('experiments/create', { name: 'trial' })).body.experiment_id;
      const newRun = async () =>
        (await post('runs/create', { experiment_id: experimentId })).body.run.info.run_id;
      [runId, otherRunId] = [await newRun(), await newRun()];
      const logged = { experiment_id: experimentId, name: 'lm', source_run_id: runId };
      modelId = (await post('logged-models', logged)).body.model.info.model_id;
      await post('registered-models/create', { name: NAME });
    });
    afterAll(() => server.close());

    const create = (body: object) => post('model-versions/create', { name: NAME, ...body });
    const getVersion = (version: string, name = NAME) => get('model-versions/get', { name, version });
    const transition = (body: object) => post('model-versions/transition-stage', { name: NAME, ...body });
    const uriOf = async (version: string) =>
      (await get('model-versions/get-download-uri', { name: NAME, version })).body.artifact_uri;
    async function newVersion(given: object = {}): Promise<string> {
      const { status, body } = await create({ source: 's3://bucket/model', ...given });
      expect(status, JSON.stringify(body)).toBe(200);
      return body.model_version.version;
    }

    describe('createModelVersion', () => {
      test('answers the version: stage None, READY, unset texts empty, the last tag of each key', async () => {
        const nowMs = server.clock.now();
        const tags = [{ key: 'a', value: '1' }, { key: 'b' }, { key: 'a', value: '2' }];
        const { body } = await create({ source: 's3://bucket/model', tags });
        const version = {
          name: NAME,
          version: '1',
          creation_timestamp: nowMs,
          last_updated_timestamp: nowMs,
          current_stage: 'None',
          description: '',
          source: 's3://bucket/model',
          run_id: '',
          status: 'READY',
          run_link: '',
          tags: [
            { key: 'a', value: '2' },
            { key: 'b', value: '' },
          ],
        };
        expect(body).toEqual({ model_version: version });
        expect(await getVersion('1')).toEqual({ status: 200, body: { model_version: version } });
      });

      test('counts upwards, never gives a number twice, and moves the model’s update time', async () => {
        const first = Number(await newVersion());
        server.clock.advance(7);
        const second = await newVersion({ description: 'd', run_link: 'https://ci.example/1' });
        expect(Number(second)).toBe(first + 1);
        await remove('model-versions/delete', { name: NAME, version: second });
        expect(Number(await newVersion())).toBe(first + 2);
        const model = (await get('registered-models/get', { name: NAME })).body.registered_model;
        expect(model.last_updated_timestamp).toBe(server.clock.now());
      });

      test.each([
        's3://bucket//a//c',
        's3://bucket/a/',
        'gs://bucket/a b',
        's3://bucket/dog%step%100%timestamp%100',
        's3://bucket/männlich/🐔',
        'dbfs:/x',
        'https://host/p?q=1#f',
        'dummy-scheme:/x',
      ])('keeps the remote source %s as it is, as a pointer', async (source) => {
        const version = await newVersion({ source });
        expect(await uriOf(version)).toBe(source);
      });

      test.each([
        's3://bucket',
        's3://bucket/',
        's3://b/../x',
        's3://b/./x',
        's3://b/a%2f..%2fx',
        's3://b/%252e%252e/x',
      ])('refuses the remote source %s', async (source) => {
        expect(await create({ source })).toEqual(relativeReference(source));
      });

      test('takes a run’s source only with that run_id, also of a run that is not here', async () => {
        const source = `runs:/${runId}/model`;
        expect(await uriOf(await newVersion({ source, run_id: runId }))).toBe(source);
        expect(await create({ source })).toEqual(notContained(source, 'run_id'));
        expect(await create({ source, run_id: otherRunId })).toEqual(notContained(source, 'run_id'));
        expect(await create({ source, run_id: runId, model_id: modelId })).toEqual(
          notContained(source, 'model_id'),
        );
        const foreign = '0'.repeat(32);
        expect(await newVersion({ source: `runs:/${foreign}/model`, run_id: foreign })).toMatch(/^[0-9]+$/);
      });

      test('takes a logged model’s source only with that model_id; its run and files become the version’s', async () => {
        const source = `models:/${modelId}`;
        const version = await newVersion({ source, model_id: modelId });
        expect((await getVersion(version)).body.model_version).toMatchObject({ source, run_id: runId });
        expect(await uriOf(version)).toBe(`mlflow-artifacts:/${experimentId}/models/${modelId}/artifacts`);
        expect(await create({ source })).toEqual(notContained(source, 'model_id'));
        expect(await create({ source, model_id: `m-${'0'.repeat(32)}` })).toEqual(
          notContained(source, 'model_id'),
        );
        const { model } = (await get(`logged-models/${modelId}`)).body;
        const tag = model.info.tags.find(({ key }: { key: string }) => key === 'mlflow.modelVersions');
        expect(JSON.parse(tag.value)).toContainEqual({ name: NAME, version: Number(version) });
      });

      test('says that a claimed logged model is absent, and registers nothing', async () => {
        const before = await newVersion();
        expect(await create({ source: 's3://b/x', model_id: 'm-nope' })).toEqual(
          absent("Logged model with ID 'm-nope' not found."),
        );
        expect(Number(await newVersion())).toBe(Number(before) + 1);
      });

      test('takes a path of ours only from the folder of the claimed run or logged model', async () => {
        const folder = `mlflow-artifacts:/${experimentId}/${runId}/artifacts`;
        for (const source of [folder, `${folder}/model`])
          expect(await uriOf(await newVersion({ source, run_id: runId }))).toBe(source);
        expect(await create({ source: folder, run_id: otherRunId })).toEqual(notContained(folder, 'run_id'));
        expect(await create({ source: folder, run_id: 'f'.repeat(32) })).toEqual(
          notContained(folder, 'run_id'),
        );
        expect(await create({ source: folder })).toEqual(notContained(folder, 'run_id'));
        expect(await create({ source: folder, model_id: modelId })).toEqual(notContained(folder, 'model_id'));
      });

      test('a copy takes over the files and the run of its original, however that is named', async () => {
        await post('registered-models/create', { name: 'copies' });
        const source = `runs:/${runId}/model`;
        const version = await newVersion({ source, run_id: runId });
        await post('registered-models/alias', { name: NAME, alias: 'champion', version });
        await transition({ version, stage: 'Staging' });
        for (const reference of [version, 'STAGING']
          .map((selector) => `models:/${NAME}/${selector}`)
          .concat([`models:/${NAME}@champion`, `models:/${NAME}@latest`, `models:/${NAME}/latest`])) {
          const { body } = await post('model-versions/create', { name: 'copies', source: reference });
          expect(body.model_version).toMatchObject({ source: `models:/${NAME}/${version}`, run_id: runId });
          const query = { name: 'copies', version: body.model_version.version };
          expect((await get('model-versions/get-download-uri', query)).body.artifact_uri).toBe(source);
        }
      });

      test('refuses a copy of what is absent, and ids that are not the original’s', async () => {
        const version = await newVersion({ run_id: runId });
        const source = `models:/${NAME}/${version}`;
        const mismatch = refused(
          `Invalid model version source: '${source}'. The run_id and model_id request parameters must match the referenced model version.`,
        );
        expect(await create({ source, run_id: otherRunId })).toEqual(mismatch);
        expect(await create({ source, run_id: '' })).toEqual(mismatch);
        expect(await create({ source, model_id: modelId })).toEqual(mismatch);
        expect((await create({ source, run_id: runId, model_id: '' })).status).toBe(200);
        expect(await create({ source: 'models:/nope/1' })).toEqual(
          absent('Registered Model with name=nope not found'),
        );
        expect(await create({ source: `models:/${NAME}/9999` })).toEqual(
          absent(`Model Version (name=${NAME}, version=9999) not found`),
        );
        expect(await create({ source: `models:/${NAME}@absent` })).toEqual(
          refused('Registered model alias absent not found.'),
        );
        expect((await create({ source: `models:/${NAME}/Archived` })).status).toBe(404);
        expect(await create({ source: `models:/${NAME}/foo` })).toEqual(
          refused(
            'Invalid Model Version stage: foo. Value must be one of None, Staging, Production, Archived.',
          ),
        );
        expect(await create({ source: `models://host/${NAME}/1` })).toEqual(
          refused(
            `Invalid model version source: 'models://host/${NAME}/1'. Registered model sources must use the active model registry.`,
          ),
        );
      });

      test.each(['/etc', 'etc', './x', '../x', 'file:///etc', 'a/b'])(
        'refuses the local source %s with every claim',
        async (source) => {
          expect(await create({ source })).toEqual(localPath(source, 'run_id'));
          expect(await create({ source, run_id: runId })).toEqual(localPath(source, 'run_id'));
          expect(await create({ source, model_id: modelId })).toEqual(localPath(source, 'model_id'));
        },
      );

      test.each(['/etc', 'file:///etc'])(
        'refuses the local source %s with the claim of what is not there',
        async (source) => {
          const run_id = 'f'.repeat(32);
          expect(await create({ source, run_id })).toEqual(notContained(source, 'run_id'));
          const model_id = `m-${run_id}`;
          expect(await create({ source, model_id })).toEqual(notContained(source, 'model_id'));
        },
      );

      test('refuses what is missing, of another type or too long, and absent models', async () => {
        expect(await post('model-versions/create', { source: 's3://b/x' })).toEqual(missing('name'));
        expect(await create({})).toEqual(missing('source'));
        expect(await create({ source: '' })).toEqual(missing('source'));
        expect(await create({ source: 5 })).toEqual(wrongType('source', '5', 'int'));
        expect(await create({ source: 's3://b/x', run_id: 5 })).toEqual(wrongType('run_id', '5', 'int'));
        expect(await create({ source: 's3://b/x', tags: 'x' })).toEqual(wrongType('tags', '"x"', 'str'));
        expect(await create({ name: 'nope', source: 's3://b/x' })).toEqual(
          absent('Registered Model with name=nope not found'),
        );
        expect((await create({ source: `s3://b/${'x'.repeat(500)}` })).status).toBe(400);
        expect((await create({ source: 's3://b/x', run_link: 'x'.repeat(501) })).status).toBe(400);
        const tag = { key: 'k'.repeat(251), value: '' };
        expect(await create({ source: 's3://b/x', tags: [tag] })).toEqual(
          refused("'key' exceeds the maximum length of 250 characters"),
        );
      });
    });

    describe('getModelVersion', () => {
      test('says which version is absent, whether the model is there or not', async () => {
        expect(await getVersion('9999')).toEqual(
          absent(`Model Version (name=${NAME}, version=9999) not found`),
        );
        expect(await getVersion('1', 'nope')).toEqual(
          absent('Model Version (name=nope, version=1) not found'),
        );
        expect(await get('model-versions/get', { name: NAME })).toEqual(missing('version'));
        expect(await get('model-versions/get', { version: '1' })).toEqual(missing('name'));
      });

      test.each([
        'abc',
        '1.0',
        '1e0',
        ' 1',
        '01',
        '+1',
        '0',
        '-1',
        '1_0',
        '٣',
        '2147483648',
        '9'.repeat(30),
        'latest',
      ])('refuses the version %j on every call', async (version) => {
        const answer = refused(`Parameter 'version' must be an integer, got '${version}'.`);
        const tag = { name: NAME, version, key: 'k' };
        const given = { name: NAME, version };
        expect(await getVersion(version)).toEqual(answer);
        expect(await get('model-versions/get-download-uri', given)).toEqual(answer);
        expect(await patch('model-versions/update', given)).toEqual(answer);
        expect(await remove('model-versions/delete', given)).toEqual(answer);
        expect(await transition({ version, stage: 'Staging' })).toEqual(answer);
        expect(await post('model-versions/set-tag', tag)).toEqual(answer);
        expect(await remove('model-versions/delete-tag', tag)).toEqual(answer);
        expect(await post('registered-models/alias', { ...given, alias: 'a' })).toEqual(answer);
      });

      test('takes the version as a text only in a body', async () => {
        expect(await patch('model-versions/update', { name: NAME, version: 1 })).toEqual(
          wrongType('version', '1', 'int'),
        );
      });
    });

    describe('getModelVersionDownloadUri', () => {
      test('has shorter sentences for what is missing', async () => {
        const uri = (query: Record<string, string>) => get('model-versions/get-download-uri', query);
        expect(await uri({ version: '1' })).toEqual(refused("Missing value for required parameter 'name'."));
        expect(await uri({})).toEqual(refused("Missing value for required parameter 'name'."));
        expect(await uri({ name: NAME })).toEqual(refused("Parameter 'version' must be an integer, got ''."));
        expect(await uri({ name: 'nope', version: '1' })).toEqual(
          absent('Model Version (name=nope, version=1) not found'),
        );
      });
    });

    describe('searchModelVersions', () => {
      beforeAll(async () => {
        for (const name of ['found_a', 'found_b']) {
          await post('registered-models/create', { name });
          for (const n of [1, 2, 3]) {
            const tags = [{ key: 'n', value: String(n) }];
            const claim = n === 2 ? { run_id: runId } : {};
            await post('model-versions/create', { name, source: `s3://found/${n}`, tags, ...claim });
            server.clock.advance(1);
          }
        }
        await post('registered-models/alias', { name: 'found_a', alias: 'champion', version: '1' });
        await post('model-versions/create', { name: 'found_b', source: 's3://found/4' });
        await remove('model-versions/delete', { name: 'found_b', version: '4' });
      });

      const order = ['name', 'version_number'];
      async function found(filter: string, query: Record<string, string | string[]> = {}): Promise<string> {
        const { status, body } = await get('model-versions/search', { filter, order_by: order, ...query });
        expect(status, JSON.stringify(body)).toBe(200);
        return (body.model_versions ?? [])
          .map((v: { name: string; version: string }) => v.name.at(-1) + v.version)
          .join(' ');
      }

      test.each([
        ["name = 'found_a'", 'a1 a2 a3'],
        ["name LIKE 'found%' and version_number > 2", 'a3 b3'],
        ["name = 'found_a' and version_number = '2'", 'a2'],
        ["name LIKE 'found%' and version_number != 1", 'a2 a3 b2 b3'],
        ["source_path = 's3://found/3'", 'a3 b3'],
        ["source_path ILIKE 'S3://FOUND/%' and version_number <= 1", 'a1 b1'],
        ["name IN ('found_b', 'absent')", 'b1 b2 b3'],
        ["name LIKE 'found%' and tags.n = '1'", 'a1 b1'],
        ["name LIKE 'found%' and tags.`n` != '1'", 'a2 a3 b2 b3'],
        ["name = 'found_b' and source_path = 's3://found/4'", ''],
      ])('finds by %s, never what is deleted', async (filter, expected) => {
        expect(await found(filter)).toBe(expected);
      });

      test('finds by run, one of several', async () => {
        expect(await found(`run_id = '${runId}' and name LIKE 'found%'`)).toBe('a2 b2');
        expect(await found(`run_id IN ('${runId}', '${otherRunId}') and name = 'found_a'`)).toBe('a2');
      });

      test('orders as asked, else the newest first, and pages to the end without loss', async () => {
        const filter = "name LIKE 'found%'";
        expect(await found(filter, { order_by: ['name DESC', 'version_number ASC'] })).toBe(
          'b1 b2 b3 a1 a2 a3',
        );
        expect(await found(filter, { order_by: [] })).toBe('b3 b2 b1 a3 a2 a1');
        const pages: string[] = [];
        let token = '';
        do {
          const query = { filter, order_by: order, max_results: '4', page_token: token };
          const { body } = await get('model-versions/search', query);
          pages.push(String(body.model_versions.length));
          token = body.next_page_token ?? '';
        } while (token !== '');
        expect(pages).toEqual(['4', '2']);
      });

      test('does not fill in aliases', async () => {
        const { body } = await get('model-versions/search', { filter: "name = 'found_a'" });
        for (const version of body.model_versions) expect(version).not.toHaveProperty('aliases');
      });

      test('refuses pages beyond the limits, and bad filters', async () => {
        const search = (query: Record<string, string | string[]>) => get('model-versions/search', query);
        expect(await search({ max_results: '0' })).toEqual(
          refused('Invalid value for max_results. It must be a positive integer, but got 0'),
        );
        expect(await search({ max_results: '200001' })).toEqual(wrongType('max_results', '"200001"', 'str'));
        expect(await search({ filter: "version_number LIKE '1'" })).toMatchObject({ status: 400 });
        expect(await search({ filter: 'version_number = 1.5' })).toEqual(
          refused("Invalid value for numeric attribute 'version_number': 1.5"),
        );
        expect(await search({ order_by: ['name', 'name'] })).toEqual(
          refused("`order_by` contains duplicate fields: ['name', 'name']"),
        );
      });
    });

    describe('updateModelVersion', () => {
      test('replaces the description; an omitted one is unset; the update time moves', async () => {
        const version = await newVersion({ description: 'old' });
        server.clock.advance(4);
        const update = (body: object) => patch('model-versions/update', { name: NAME, version, ...body });
        expect((await update({ description: 'new' })).body.model_version).toMatchObject({
          description: 'new',
          last_updated_timestamp: server.clock.now(),
        });
        expect((await update({ description: '' })).body.model_version.description).toBe('');
        expect((await update({})).body.model_version).not.toHaveProperty('description');
        expect(await update({ description: 3 })).toEqual(wrongType('description', '3', 'int'));
        expect((await update({ description: 'd'.repeat(5001) })).status).toBe(400);
      });

      test('refuses absent versions', async () => {
        expect(await patch('model-versions/update', { name: NAME, version: '9999' })).toEqual(
          absent(`Model Version (name=${NAME}, version=9999) not found`),
        );
      });
    });

    describe('deleteModelVersion', () => {
      test('hides the version from every call, once', async () => {
        const version = await newVersion();
        const gone = absent(`Model Version (name=${NAME}, version=${version}) not found`);
        server.clock.advance(2);
        expect(await remove('model-versions/delete', { name: NAME, version })).toEqual(NOTHING);
        const model = (await get('registered-models/get', { name: NAME })).body.registered_model;
        expect(model.last_updated_timestamp).toBe(server.clock.now());
        const tag = { name: NAME, version, key: 'k', value: 'v' };
        expect(await remove('model-versions/delete', { name: NAME, version })).toEqual(gone);
        expect(await getVersion(version)).toEqual(gone);
        expect(await get('model-versions/get-download-uri', { name: NAME, version })).toEqual(gone);
        expect(await transition({ version, stage: 'Staging' })).toEqual(gone);
        expect(await patch('model-versions/update', { name: NAME, version })).toEqual(gone);
        expect(await post('model-versions/set-tag', tag)).toEqual(gone);
        expect(await post('registered-models/alias', { name: NAME, version, alias: 'x' })).toEqual(gone);
        expect(await create({ source: `models:/${NAME}/${version}` })).toEqual(gone);
      });
    });

    describe('transitionModelVersionStage', () => {
      test.each([
        ['staging', 'Staging'],
        ['PRODUCTION', 'Production'],
        ['none', 'None'],
        ['Archived', 'Archived'],
      ])('takes %s in any case and answers %s', async (stage, shown) => {
        const version = await newVersion();
        server.clock.advance(1);
        expect((await transition({ version, stage })).body.model_version).toMatchObject({
          current_stage: shown,
          last_updated_timestamp: server.clock.now(),
        });
      });

      test('archives the others of the stage when asked to, all at one time', async () => {
        const versions = [await newVersion(), await newVersion(), await newVersion()];
        for (const version of versions) await transition({ version, stage: 'Production' });
        server.clock.advance(1);
        const [first, second, last] = versions as [string, string, string];
        await transition({ version: last, stage: 'Production', archive_existing_versions: true });
        for (const version of [first, second])
          expect((await getVersion(version)).body.model_version).toMatchObject({
            current_stage: 'Archived',
            last_updated_timestamp: server.clock.now(),
          });
        const { body } = await post('registered-models/get-latest-versions', {
          name: NAME,
          stages: ['Production'],
        });
        expect(body.model_versions.map((v: { version: string }) => v.version)).toEqual([last]);
      });

      test('refuses unknown stages, and archiving for a stage that is not active; nothing changes', async () => {
        const version = await newVersion();
        for (const stage of ['foo', 'development', ' Staging', 'Deleted_Internal'])
          expect(await transition({ version, stage })).toEqual(
            refused(
              `Invalid Model Version stage: ${stage}. Value must be one of None, Staging, Production, Archived.`,
            ),
          );
        for (const stage of ['None', 'Archived'])
          expect(await transition({ version, stage, archive_existing_versions: true })).toEqual(
            refused(
              `Model version transition cannot archive existing model versions because '${stage}' is not an Active stage. Valid stages are ['Staging', 'Production']`,
            ),
          );
        expect((await getVersion(version)).body.model_version.current_stage).toBe('None');
        expect(await transition({ version })).toEqual(missing('stage'));
        expect(await transition({ version, stage: 5 })).toEqual(wrongType('stage', '5', 'int'));
        expect(await transition({ version: '9999', stage: 'Staging' })).toEqual(
          absent(`Model Version (name=${NAME}, version=9999) not found`),
        );
      });

      test('takes the flag also as a text, as the R client sends it', async () => {
        const version = await newVersion();
        const answer = await transition({ version, stage: 'Staging', archive_existing_versions: 'FALSE' });
        expect(answer.status).toBe(200);
      });
    });

    describe('setModelVersionTag and deleteModelVersionTag', () => {
      test('set, overwrite and delete; a second delete is fine; the update time stays', async () => {
        const version = await newVersion();
        const createdMs = server.clock.now();
        server.clock.advance(3);
        const tag = { name: NAME, version, key: 'k' };
        const tagsOf = async () => (await getVersion(version)).body.model_version.tags;
        expect(await post('model-versions/set-tag', { ...tag, value: 'a' })).toEqual(NOTHING);
        expect(await post('model-versions/set-tag', tag)).toEqual(NOTHING);
        expect(await tagsOf()).toEqual([{ key: 'k', value: '' }]);
        for (const _ of [1, 2]) expect(await remove('model-versions/delete-tag', tag)).toEqual(NOTHING);
        expect(await tagsOf()).toBeUndefined();
        expect((await getVersion(version)).body.model_version.last_updated_timestamp).toBe(createdMs);
      });

      test('refuse absent versions, what is missing, and what is too long', async () => {
        const version = await newVersion();
        const set = (body: object) =>
          post('model-versions/set-tag', { name: NAME, version, key: 'k', ...body });
        expect(await set({ version: '9999' })).toEqual(
          absent(`Model Version (name=${NAME}, version=9999) not found`),
        );
        expect(await set({ key: '' })).toEqual(missing('key'));
        expect(await set({ value: 'v'.repeat(100_001) })).toEqual(
          refused("'value' exceeds the maximum length of 100000 characters"),
        );
        expect((await set({ value: 'v'.repeat(100_000) })).status).toBe(200);
        expect(await set({ key: 'mlflow.prompt.text', value: 'v'.repeat(100_001) })).toEqual(
          refused('Prompt text exceeds max length of 100000 characters.'),
        );
        expect(await set({ key: 'registry.kind' })).toMatchObject({ status: 400 });
        expect(await remove('model-versions/delete-tag', { name: NAME, version })).toEqual(missing('key'));
        expect(await remove('model-versions/delete-tag', { name: NAME, version: '9999', key: 'k' })).toEqual(
          absent(`Model Version (name=${NAME}, version=9999) not found`),
        );
      });
    });

    test('an unknown path below the registry is a 404 in JSON', async () => {
      expect(await get('registered-models/list')).toEqual(
        failure(404, 'ENDPOINT_NOT_FOUND', 'No endpoint answers GET /api/2.0/mlflow/registered-models/list'),
      );
    });
  });
