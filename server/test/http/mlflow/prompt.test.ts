import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';
import { failure, NOTHING, refused, registryClient } from './registry-client.ts';

const IS_PROMPT = 'mlflow.prompt.is_prompt';
const TAG = { key: IS_PROMPT, value: 'true' };
const ASKS_FOR_PROMPTS = `tags.\`${IS_PROMPT}\` = 'true'`;

let server: TestApp;
const { get, post, remove } = registryClient(() => server);

beforeAll(async () => {
  server = await testApp();
  await post('registered-models/create', { name: 'model' });
  await post('model-versions/create', { name: 'model', source: 's3://b/x' });
  const tags = [TAG, { key: '_mlflow_experiment_ids', value: ',0,' }];
  await post('registered-models/create', { name: 'greeting', tags });
});
afterAll(() => server.close());

const createPrompt = (body: object) =>
  post('model-versions/create', { name: 'greeting', source: 'dummy-source', tags: [TAG], ...body });

async function names(path: string, filter: string): Promise<string[]> {
  const { body } = await get(path, { filter, order_by: 'name' });
  const found: { name: string }[] = body.registered_models ?? body.model_versions ?? [];
  return [...new Set(found.map(({ name }) => name))];
}

describe('createRegisteredModel', () => {
  test('takes a name once, for a prompt or for a model, and says which', async () => {
    const create = (name: string, tags: object[]) => post('registered-models/create', { name, tags });
    const taken = (message: string) => failure(400, 'RESOURCE_ALREADY_EXISTS', message);
    expect(await create('greeting', [TAG])).toEqual(taken('Prompt (name=greeting) already exists.'));
    expect(await create('greeting', [])).toEqual(
      taken(
        "Tried to create a registered model with name 'greeting', but the name is already taken by a prompt. MLflow does not allow creating a model and a prompt with the same name.",
      ),
    );
    expect(await create('model', [TAG])).toEqual(
      taken(
        "Tried to create a prompt with name 'model', but the name is already taken by a registered model. MLflow does not allow creating a model and a prompt with the same name.",
      ),
    );
    expect(await post('registered-models/rename', { name: 'model', new_name: 'greeting' })).toEqual(
      taken('Registered Model (name=greeting) already exists.'),
    );
  });
});

describe('createModelVersion', () => {
  test('keeps text, type and commit message of a prompt’s version, as the client and the UI send them', async () => {
    const tags = [
      TAG,
      { key: 'mlflow.prompt.text', value: 'Hi {{x}}' },
      { key: '_mlflow_prompt_type', value: 'text' },
    ];
    const { body } = await createPrompt({ description: 'first', tags });
    expect(body.model_version).toMatchObject({ version: '1', description: 'first', source: 'dummy-source' });
    expect(
      (await get('model-versions/get', { name: 'greeting', version: '1' })).body.model_version.tags,
    ).toEqual(expect.arrayContaining(tags));
    expect((await createPrompt({ source: 'prompt-template' })).status).toBe(200);
  });

  test.each(['s3://b/x', '/etc', 'file:///etc', 'runs:/x/y', 'Dummy-Source'])(
    'refuses the source %s for a prompt',
    async (source) => {
      expect(await createPrompt({ source })).toEqual(
        refused(`Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`),
      );
    },
  );

  test('refuses a prompt as the source of a model, and a version of the other kind', async () => {
    expect(await post('model-versions/create', { name: 'model', source: 'models:/greeting/1' })).toEqual(
      refused(
        "Invalid model version source: 'models:/greeting/1'. Prompt versions cannot be used as model version sources.",
      ),
    );
    expect(await createPrompt({ name: 'model' })).toEqual(
      refused(
        `'model' is a registered model and no prompt; its versions cannot carry the tag ${IS_PROMPT} = 'true'.`,
      ),
    );
    expect(await createPrompt({ tags: [], source: 's3://b/x' })).toEqual(
      refused(`'greeting' is a prompt; its versions carry the tag ${IS_PROMPT} = 'true'.`),
    );
  });

  test('bounds the text of a prompt', async () => {
    const withText = (length: number) =>
      createPrompt({ tags: [TAG, { key: 'mlflow.prompt.text', value: '🐔'.repeat(length) }] });
    expect(await withText(100_001)).toEqual(refused('Prompt text exceeds max length of 100000 characters.'));
    expect((await withText(100_000)).status).toBe(200);
  });
});

describe('searchRegisteredModels and searchModelVersions', () => {
  test.each([
    ['', ['model']],
    ["name LIKE '%'", ['model']],
    ["name = 'greeting'", []],
    [ASKS_FOR_PROMPTS, ['greeting']],
    [`tag.\`${IS_PROMPT}\` = 'true'`, ['greeting']],
    [`tags.\`${IS_PROMPT}\` != 'false'`, ['greeting']],
    [`tags.\`${IS_PROMPT}\` != 'true'`, ['model']],
    [`tags.\`${IS_PROMPT}\` = 'false'`, ['model']],
    [`name = 'greeting' AND ${ASKS_FOR_PROMPTS}`, ['greeting']],
  ])('find prompts only where the filter asks for them: %s', async (filter, expected) => {
    expect(await names('registered-models/search', filter)).toEqual(expected);
    expect(await names('model-versions/search', filter)).toEqual(expected);
  });

  test('find the prompts of an experiment', async () => {
    const ofExperiment = (id: string) =>
      names(
        'registered-models/search',
        `${ASKS_FOR_PROMPTS} AND tags.\`_mlflow_experiment_ids\` LIKE '%,${id},%'`,
      );
    expect(await ofExperiment('0')).toEqual(['greeting']);
    expect(await ofExperiment('1')).toEqual([]);
  });
});

describe('aliases and tags of prompts', () => {
  test('aliases lead to a prompt’s version', async () => {
    expect(await post('registered-models/alias', { name: 'greeting', alias: 'live', version: '1' })).toEqual(
      NOTHING,
    );
    const { body } = await get('registered-models/alias', { name: 'greeting', alias: 'live' });
    expect(body.model_version).toMatchObject({ version: '1', aliases: ['live'] });
  });

  test('whether something is a prompt is fixed: its tag cannot be set, changed or deleted', async () => {
    const fixed = (name: string) =>
      refused(`Whether ${name} is a prompt is fixed; the tag ${IS_PROMPT} cannot change.`);
    for (const where of ['registered-models', 'model-versions']) {
      const tag = (name: string, value: string) =>
        post(`${where}/set-tag`, { name, version: '1', key: IS_PROMPT, value });
      for (const value of ['true', 'TRUE']) expect(await tag('model', value)).toEqual(fixed('model'));
      for (const value of ['false', '', 'TRUE'])
        expect(await tag('greeting', value)).toEqual(fixed('greeting'));
      expect(await tag('greeting', 'true')).toEqual(NOTHING);
      const given = { version: '1', key: IS_PROMPT };
      expect(await remove(`${where}/delete-tag`, { name: 'greeting', ...given })).toEqual(fixed('greeting'));
      expect(await remove(`${where}/delete-tag`, { name: 'model', ...given })).toEqual(NOTHING);
    }
    expect(await names('model-versions/search', '')).toEqual(['model']);
  });
});
