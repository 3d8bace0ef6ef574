import { describe, expect, test } from 'vitest';
import { type Actor, LOCAL_ACTOR } from '../../src/domain/actor.ts';
import type { DatasetFilter } from '../../src/domain/logged-model.ts';
import { type LoggedModelOrderBy, parseLoggedModelSearch } from '../../src/domain/search/logged-model.ts';
import { deleteExperiment } from '../../src/operations/experiment.ts';
import {
  createLoggedModel,
  deleteLoggedModel,
  deleteLoggedModelTag,
  getLoggedModel,
  type LoggedModelCreation,
  linkToLoggedModel,
  logLoggedModelParams,
  setLoggedModelTags,
} from '../../src/operations/logged-model.ts';
import { searchLoggedModels } from '../../src/operations/logged-model-search.ts';
import { logMetric } from '../../src/operations/metric.ts';
import type { StoreTarget } from '../support/store-targets.ts';
import { newExperiment, newRun, openTracking, point } from '../support/tracking.ts';

const STRANGER: Actor = { ...LOCAL_ACTOR, subjectId: 'stranger', grants: [] };

/** The promises of logged models, on one engine. */
export function loggedModelSuite(target: StoreTarget): void {
  describe(`logged models on ${target.name}`, () => {
    creation(target);
    changes(target);
    links(target);
    rights(target);
    conditions(target);
    metrics(target);
    orders(target);
  });
}

async function openModels(target: StoreTarget) {
  const open = await openTracking(target);
  const { deps } = open;
  const experimentId = await newExperiment(deps, 'flock');
  const create = (given: Partial<LoggedModelCreation> = {}) => {
    const empty = { experimentId, name: '', modelType: '', sourceRunId: '', params: [], tags: [] };
    return createLoggedModel(deps, LOCAL_ACTOR, { ...empty, ...given });
  };
  const get = (modelId: string) => getLoggedModel(deps, LOCAL_ACTOR, { modelId, allowDeleted: false });
  const search = async (
    given: {
      filter?: string;
      orderBy?: LoggedModelOrderBy[];
      datasets?: DatasetFilter[];
      experimentIds?: number[];
      limit?: number;
      offset?: number;
    } = {},
    actor: Actor = LOCAL_ACTOR,
  ) => {
    const page = await searchLoggedModels(deps, actor, {
      search: parseLoggedModelSearch(given.filter ?? '', given.orderBy ?? []),
      experimentIds: given.experimentIds ?? [experimentId],
      datasets: given.datasets ?? [],
      limit: given.limit ?? 50,
      offset: given.offset ?? 0,
    });
    return { names: page.items.map(({ name }) => name), next: page.nextOffset, items: page.items };
  };
  return { ...open, experimentId, create, get, search, [Symbol.asyncDispose]: open[Symbol.asyncDispose] };
}

function creation(target: StoreTarget): void {
  test('a new model is pending, has its place below the experiment, and keeps params and tags by key', async () => {
    await using open = await openModels(target);
    const model = await open.create({
      name: 'layers',
      modelType: 'classifier',
      params: [
        { key: 'b', value: '1' },
        { key: 'B', value: '' },
        { key: 'a', value: '2' },
      ],
      tags: [
        { key: 't', value: '1' },
        { key: 't', value: '2' },
      ],
    });
    expect(model).toEqual({
      modelId: expect.stringMatching(/^m-[0-9a-f]{32}$/),
      experimentId: open.experimentId,
      experimentName: 'flock',
      name: 'layers',
      artifactUri: `mlflow-artifacts:/${open.experimentId}/models/${model.modelId}/artifacts`,
      createdAtMs: open.clock.now(),
      updatedAtMs: open.clock.now(),
      status: 'LOGGED_MODEL_PENDING',
      statusMessage: null,
      lifecycleStage: 'active',
      modelType: 'classifier',
      sourceRunId: '',
      tags: [{ key: 't', value: '2' }],
      params: [
        { key: 'B', value: '' },
        { key: 'a', value: '2' },
        { key: 'b', value: '1' },
      ],
      metrics: [],
    });
    expect(await open.get(model.modelId)).toEqual(model);
  });

  test('a model without a name gets one, and a name that a path or filter could misread is refused', async () => {
    await using open = await openModels(target);
    expect((await open.create()).name).toMatch(/^[a-z]+-[a-z]+-[0-9]+$/);
    for (const name of ['a/b', 'a:b', 'a.b', '50%', "it's", 'x"'])
      await expect(open.create({ name })).rejects.toMatchObject({
        code: 'invalid_argument',
        message: expect.stringContaining('cannot contain the following characters:'),
      });
    await expect(open.create({ name: 'x'.repeat(501) })).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  test('only an active experiment takes a model, and a wrong request leaves none', async () => {
    await using open = await openModels(target);
    await expect(open.create({ experimentId: 9999 })).rejects.toMatchObject({ code: 'experiment_not_found' });
    const twice = [
      { key: 'a', value: '1' },
      { key: 'a', value: '2' },
    ];
    await expect(open.create({ params: twice })).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(open.create({ tags: [{ key: '', value: '' }] })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    await expect(open.create({ tags: [{ key: 'registry.x', value: '' }] })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    await expect(open.create({ sourceRunId: "x'; --" })).rejects.toMatchObject({ code: 'invalid_argument' });
    expect((await open.search()).names).toEqual([]);
    await deleteExperiment(open.deps, LOCAL_ACTOR, open.experimentId);
    await expect(open.create()).rejects.toMatchObject({
      code: 'invalid_argument',
      message: `The experiment ${open.experimentId} must be in the 'active' state. Current state is deleted.`,
    });
  });
}

function changes(target: StoreTarget): void {
  test('a param is written once; the same value again is fine, another changes nothing', async () => {
    await using open = await openModels(target);
    const { modelId } = await open.create({ params: [{ key: 'lr', value: '1' }] });
    const log = (...params: { key: string; value: string }[]) =>
      logLoggedModelParams(open.deps, LOCAL_ACTOR, { modelId, params });
    await log({ key: 'lr', value: '1' }, { key: 'depth', value: '3' });
    await expect(log({ key: 'new', value: 'x' }, { key: 'lr', value: '2' })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('Changing param values is not allowed.'),
    });
    expect((await open.get(modelId)).params).toEqual([
      { key: 'depth', value: '3' },
      { key: 'lr', value: '1' },
    ]);
  });

  test('a tag can be set again and removed, and removing what is not there is told', async () => {
    await using open = await openModels(target);
    const { modelId } = await open.create();
    const set = (...tags: { key: string; value: string }[]) =>
      setLoggedModelTags(open.deps, LOCAL_ACTOR, { modelId, tags });
    await set({ key: 'a/b c', value: '1' }, { key: 'k', value: '1' }, { key: 'k', value: '2' });
    await set();
    await set({ key: 'k', value: '3' });
    expect((await open.get(modelId)).tags).toEqual([
      { key: 'a/b c', value: '1' },
      { key: 'k', value: '3' },
    ]);
    await deleteLoggedModelTag(open.deps, LOCAL_ACTOR, { modelId, key: 'k' });
    await expect(deleteLoggedModelTag(open.deps, LOCAL_ACTOR, { modelId, key: 'k' })).rejects.toMatchObject({
      code: 'resource_not_found',
      message: `No tag with key 'k' found for model with ID '${modelId}'.`,
    });
  });

  test('a deleted model is gone for reading and searching, and can be deleted again', async () => {
    await using open = await openModels(target);
    const { modelId } = await open.create();
    open.clock.advance(5);
    await deleteLoggedModel(open.deps, LOCAL_ACTOR, modelId);
    await deleteLoggedModel(open.deps, LOCAL_ACTOR, modelId);
    await expect(open.get(modelId)).rejects.toMatchObject({ code: 'logged_model_not_found' });
    expect((await open.search()).names).toEqual([]);
    const found = await getLoggedModel(open.deps, LOCAL_ACTOR, { modelId, allowDeleted: true });
    expect(found).toMatchObject({ lifecycleStage: 'deleted', updatedAtMs: open.clock.now() });
    await expect(deleteLoggedModel(open.deps, LOCAL_ACTOR, 'm-none')).rejects.toMatchObject({
      code: 'logged_model_not_found',
    });
  });
}

function links(target: StoreTarget): void {
  test('the versions registered from a model are listed in its tag, each once, whatever stood there', async () => {
    await using open = await openModels(target);
    const { modelId } = await open.create();
    const link = (version: number) =>
      open.deps.store.write((writer) => linkToLoggedModel(writer, modelId, { name: 'R', version }));
    await link(1);
    await link(2);
    await link(1);
    const both = '[{"name": "R", "version": 1}, {"name": "R", "version": 2}]';
    expect((await open.get(modelId)).tags).toEqual([{ key: 'mlflow.modelVersions', value: both }]);
    await setLoggedModelTags(open.deps, LOCAL_ACTOR, {
      modelId,
      tags: [{ key: 'mlflow.modelVersions', value: '{"no":' }],
    });
    await link(3);
    expect((await open.get(modelId)).tags[0]?.value).toBe('[{"name": "R", "version": 3}]');
  });

  test('versions linked at the same time are all listed', async () => {
    await using open = await openModels(target);
    const { modelId } = await open.create();
    const versions = [1, 2, 3, 4, 5, 6, 7, 8];
    await Promise.all(
      versions.map((version) =>
        open.deps.store.write((writer) => linkToLoggedModel(writer, modelId, { name: 'R', version })),
      ),
    );
    const listed: { version: number }[] = JSON.parse((await open.get(modelId)).tags[0]?.value ?? '[]');
    expect(listed.map(({ version }) => version).sort()).toEqual(versions);
  });
}

function rights(target: StoreTarget): void {
  test('who may not read the experiment finds no model, and cannot tell it from one that is not there', async () => {
    await using open = await openModels(target);
    const { modelId } = await open.create();
    for (const id of [modelId, 'm-none']) {
      const absent = { code: 'logged_model_not_found', params: { modelId: id } };
      const input = { modelId: id, allowDeleted: true };
      await expect(getLoggedModel(open.deps, STRANGER, input)).rejects.toMatchObject(absent);
      await expect(deleteLoggedModel(open.deps, STRANGER, id)).rejects.toMatchObject(absent);
      const tags = { modelId: id, tags: [] };
      await expect(setLoggedModelTags(open.deps, STRANGER, tags)).rejects.toMatchObject(absent);
    }
    expect((await open.search({}, STRANGER)).names).toEqual([]);
  });

  test('a reader may look and not touch', async () => {
    await using open = await openModels(target);
    const { modelId } = await open.create({ name: 'seen' });
    const reader: Actor = {
      ...STRANGER,
      grants: [{ role: 'reader', resource: 'experiment', pattern: 'fl*' }],
    };
    expect((await open.search({}, reader)).names).toEqual(['seen']);
    await expect(
      setLoggedModelTags(open.deps, reader, { modelId, tags: [{ key: 'k', value: '' }] }),
    ).rejects.toMatchObject({ code: 'permission_denied' });
  });

  test('a source run that may not be read is as good as absent, and one that is absent is a claim', async () => {
    await using open = await openModels(target);
    const runId = await newRun(open.deps, await newExperiment(open.deps, 'secret'));
    const writer: Actor = {
      ...STRANGER,
      grants: [{ role: 'writer', resource: 'experiment', pattern: 'flock' }],
    };
    const input = { experimentId: open.experimentId, name: '', modelType: '', params: [], tags: [] };
    await expect(
      createLoggedModel(open.deps, writer, { ...input, sourceRunId: runId }),
    ).rejects.toMatchObject({ code: 'run_not_found' });
    const claimed = await createLoggedModel(open.deps, writer, { ...input, sourceRunId: 'elsewhere' });
    expect(claimed.sourceRunId).toBe('elsewhere');
  });
}

function conditions(target: StoreTarget): void {
  test('conditions on attributes, params and tags all hold at once', async () => {
    await using open = await openModels(target);
    const start = open.clock.now();
    for (const [index, name] of ['hen', 'Hen', 'duck', 'goose'].entries()) {
      open.clock.advance(1);
      await open.create({
        name,
        modelType: index < 2 ? 'a' : '',
        params: [{ key: 'lr', value: `0.${index}` }],
        tags: [{ key: 'team', value: index % 2 === 0 ? 'x' : 'y' }],
      });
    }
    const names = async (filter: string) => (await open.search({ filter })).names.sort();
    expect(await names("name = 'hen'")).toEqual(['hen']);
    expect(await names("name != 'hen'")).toEqual(['Hen', 'duck', 'goose']);
    expect(await names("name LIKE 'H%'")).toEqual(['Hen']);
    expect(await names("name ILIKE 'h%'")).toEqual(['Hen', 'hen']);
    expect(await names("name IN ('hen', 'duck')")).toEqual(['duck', 'hen']);
    expect(await names("name NOT IN ('hen', 'duck')")).toEqual(['Hen', 'goose']);
    expect(await names("params.lr = '0.2'")).toEqual(['duck']);
    expect(await names("tags.team = 'x' AND params.lr != '0.0'")).toEqual(['duck']);
    expect(await names("tags.other != 'x'")).toEqual([]);
    expect(await names("status = '1'")).toHaveLength(4);
    expect(await names("model_type = 'a' AND name LIKE '%en'")).toEqual(['Hen', 'hen']);
    expect(await names(`creation_time > ${start + 2}`)).toEqual(['duck', 'goose']);
    expect(await names(`last_updated_timestamp <= ${start + 1}.5`)).toEqual(['hen']);
    expect(await names('creation_timestamp < inf')).toHaveLength(4);
    expect(await names('creation_timestamp >= 1e300')).toEqual([]);
  });

  test('a search keeps to its experiments, also to several, and to none', async () => {
    await using open = await openModels(target);
    const other = await newExperiment(open.deps, 'other');
    await open.create({ name: 'here' });
    open.clock.advance(1);
    await open.create({ name: 'there', experimentId: other });
    expect((await open.search()).names).toEqual(['here']);
    expect((await open.search({ experimentIds: [open.experimentId, other, 77] })).names).toEqual([
      'there',
      'here',
    ]);
    expect((await open.search({ experimentIds: [] })).names).toEqual([]);
    expect((await open.search({ experimentIds: [77] })).names).toEqual([]);
  });

  test('limits that no page can have are refused', async () => {
    await using open = await openModels(target);
    for (const limit of [-1, 0, 50_001])
      await expect(open.search({ limit })).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(open.search({ datasets: [{ name: '', digest: null }] })).rejects.toMatchObject({
      message: '`dataset_name` in the `datasets` clause must be specified.',
    });
  });
}

/** Three models; the first has two points of `acc`, the third none. */
async function openMeasured(target: StoreTarget) {
  const open = await openModels(target);
  const runId = await newRun(open.deps, open.experimentId);
  const models: Record<string, string> = {};
  for (const name of ['one', 'two', 'three']) {
    models[name] = (await open.create({ name })).modelId;
    open.clock.advance(1);
  }
  const log = (name: string, value: number, timestampMs: number | bigint, dataset: string | null = null) =>
    logMetric(open.deps, LOCAL_ACTOR, {
      runId,
      metric: point({
        key: 'acc',
        value,
        timestampMs,
        modelId: models[name] ?? null,
        datasetName: dataset,
        datasetDigest: dataset === null ? null : `${dataset}-1`,
      }),
    });
  await log('one', 0.9, 1, 'barn');
  await log('one', 0.1, 2);
  await log('two', 0.5, 2n ** 60n + 1n, 'field');
  return { ...open, models, runId, log, [Symbol.asyncDispose]: open[Symbol.asyncDispose] };
}

function metrics(target: StoreTarget): void {
  test('a model shows every point of its metrics, exactly', async () => {
    await using open = await openMeasured(target);
    expect((await open.get(open.models['two'] ?? '')).metrics).toEqual([
      {
        key: 'acc',
        value: 0.5,
        timestampMs: 2n ** 60n + 1n,
        step: 0,
        runId: open.runId,
        datasetName: 'field',
        datasetDigest: 'field-1',
      },
    ]);
    expect((await open.get(open.models['one'] ?? '')).metrics.map(({ value }) => value)).toEqual([0.9, 0.1]);
    expect((await open.search()).items.map((model) => model.metrics.length)).toEqual([0, 1, 2]);
  });

  test('what was measured on many models is found at once, of each metric the latest point', async () => {
    await using open = await openMeasured(target);
    const [one, two, three] = ['one', 'two', 'three'].map((name) => open.models[name] ?? '');
    await logLoggedModelParams(open.deps, LOCAL_ACTOR, {
      modelId: three ?? '',
      params: [{ key: 'depth', value: '3' }],
    });
    const unknown = Array.from({ length: 600 }, (_, index) => `m-${index}`);
    const found = await open.deps.store.read((reader) =>
      reader.loggedModels.findMeasured([one ?? '', ...unknown, two ?? '', three ?? '']),
    );
    expect([...found.keys()].sort()).toEqual([one, two, three].sort());
    expect(found.get(one ?? '')).toMatchObject({ experimentName: 'flock', metrics: [{ value: 0.1 }] });
    expect(found.get(two ?? '')?.metrics).toMatchObject([
      { timestampMs: 2n ** 60n + 1n, datasetDigest: 'field-1' },
    ]);
    expect(found.get(three ?? '')).toMatchObject({ params: [{ key: 'depth', value: '3' }], metrics: [] });
  });

  test('a metric condition matches any point, and a model is found once', async () => {
    await using open = await openMeasured(target);
    const names = async (filter: string, datasets: DatasetFilter[] = []) =>
      (await open.search({ filter, datasets })).names;
    expect(await names('metrics.acc > 0.05')).toEqual(['two', 'one']);
    expect(await names('metrics.acc > 0.8 AND metrics.acc < 0.2')).toEqual(['one']);
    expect(await names('metrics.acc != 0.5')).toEqual(['one']);
    expect(await names('metrics.acc < nan')).toEqual([]);
    expect(await names('metrics.acc < 0.2', [{ name: 'barn', digest: null }])).toEqual([]);
    expect(await names('metrics.acc > 0.8', [{ name: 'barn', digest: 'barn-1' }])).toEqual(['one']);
  });

  test('datasets alone find the models that were measured on one of them, with any digest unless it is given', async () => {
    await using open = await openMeasured(target);
    const names = async (...datasets: DatasetFilter[]) => (await open.search({ datasets })).names;
    expect(await names({ name: 'barn', digest: null })).toEqual(['one']);
    expect(await names({ name: 'barn', digest: 'other' })).toEqual([]);
    expect(await names({ name: 'barn', digest: null }, { name: 'field', digest: null })).toEqual([
      'two',
      'one',
    ]);
  });
}

function orders(target: StoreTarget): void {
  test('without an order the newest comes first, and pages follow each other without gap or overlap', async () => {
    await using open = await openModels(target);
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await open.create({ name });
      if (name !== 'b') open.clock.advance(1);
    }
    const all = (await open.search()).names;
    expect(all.slice(0, 2)).toEqual(['e', 'd']);
    expect(new Set(all).size).toBe(5);
    const first = await open.search({ limit: 3 });
    const second = await open.search({ limit: 3, offset: first.next ?? 0 });
    expect([...first.names, ...second.names]).toEqual(all);
    expect([first.next, second.next]).toEqual([3, null]);
    expect((await open.search({ limit: 5 })).next).toBeNull();
  });

  test('attributes order by their bytes, in both directions', async () => {
    await using open = await openModels(target);
    for (const name of ['b', 'A', 'a', 'Ü', '_']) await open.create({ name });
    const by = async (field_name: string, ascending: boolean) =>
      (await open.search({ orderBy: [{ field_name, ascending }] })).names;
    expect(await by('name', true)).toEqual(['A', '_', 'a', 'b', 'Ü']);
    expect(await by('name', false)).toEqual(['Ü', 'b', 'a', '_', 'A']);
  });

  test('a metric orders by its latest value, and models without it come last in both directions', async () => {
    await using open = await openMeasured(target);
    const by = async (given: Partial<LoggedModelOrderBy>) =>
      (await open.search({ orderBy: [{ field_name: 'metrics.acc', ...given }], limit: 3 })).names;
    expect(await by({ ascending: true })).toEqual(['one', 'two', 'three']);
    expect(await by({ ascending: false })).toEqual(['two', 'one', 'three']);
    expect(await by({ ascending: false, dataset_name: 'barn' })).toEqual(['one', 'three', 'two']);
    expect(await by({ ascending: true, dataset_name: 'barn', dataset_digest: 'no' })).toEqual([
      'three',
      'two',
      'one',
    ]);
  });
}
