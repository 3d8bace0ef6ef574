import { describe, expect, test } from 'vitest';
import { type Actor, LOCAL_ACTOR } from '../../src/domain/actor.ts';
import { RUN_NAME_TAG } from '../../src/domain/run.ts';
import { ensureExperiment } from '../../src/operations/experiment.ts';
import { createFinishedRun } from '../../src/operations/finished-run.ts';
import { logMetric } from '../../src/operations/metric.ts';
import * as runs from '../../src/operations/run.ts';
import * as data from '../../src/operations/run-data.ts';
import { logInputs, logOutputs } from '../../src/operations/run-link.ts';
import type { StoreTarget } from '../support/store-targets.ts';
import { newExperiment, newRun, openTracking, point } from '../support/tracking.ts';

/** The promises of runs and what is logged to them (but metrics), on one engine. */
export function runSuite(target: StoreTarget): void {
  describe(`runs on ${target.name}`, () => {
    beginnings(target);
    changes(target);
    params(target);
    batches(target);
    tags(target);
    links(target);
    histories(target);
    finishedRuns(target);
  });
}

async function openRun(target: StoreTarget) {
  const open = await openTracking(target);
  const experimentId = await newExperiment(open.deps);
  const runId = await newRun(open.deps, experimentId, { name: 'first' });
  const get = () => runs.getRun(open.deps, LOCAL_ACTOR, runId);
  return { ...open, experimentId, runId, get, [Symbol.asyncDispose]: open[Symbol.asyncDispose] };
}

function beginnings(target: StoreTarget): void {
  test('a run begins with its name, its tag and a place for its files', async () => {
    await using open = await openTracking(target);
    const experimentId = await newExperiment(open.deps);
    const run = await runs.createRun(open.deps, LOCAL_ACTOR, {
      experimentId,
      userId: 'ann',
      name: '',
      startTimeMs: 2n ** 60n,
      tags: [
        { key: 'a$', value: '1' },
        { key: 'a$', value: '2' },
      ],
    });
    expect(run).toEqual({
      info: {
        runId: expect.stringMatching(/^[0-9a-f]{32}$/),
        name: expect.stringMatching(/^[a-z]+-[a-z]+-[0-9]+$/),
        experimentId,
        experimentName: expect.any(String),
        userId: 'ann',
        status: 'RUNNING',
        startTimeMs: 2n ** 60n,
        endTimeMs: null,
        artifactUri: `mlflow-artifacts:/${experimentId}/${run.info.runId}/artifacts`,
        lifecycleStage: 'active',
      },
      metrics: [],
      params: [],
      tags: [
        { key: 'a$', value: '2' },
        { key: RUN_NAME_TAG, value: run.info.name },
      ],
      datasetInputs: [],
      modelInputs: [],
      modelOutputs: [],
    });
    expect(await runs.getRun(open.deps, LOCAL_ACTOR, run.info.runId)).toEqual(run);
  });

  test('an empty name in the tag counts as none', async () => {
    await using open = await openTracking(target);
    const run = await runs.createRun(open.deps, LOCAL_ACTOR, {
      experimentId: 0,
      userId: '',
      name: '',
      startTimeMs: 0,
      tags: [{ key: RUN_NAME_TAG, value: '' }],
    });
    expect(run.info.name).toMatch(/^[a-z]+-[a-z]+-[0-9]+$/);
    expect(run.tags).toEqual([{ key: RUN_NAME_TAG, value: run.info.name }]);
  });

  test('many runs are found whole at once, by their ids, and unknown ones are left out', async () => {
    await using open = await openRun(target);
    const { deps, experimentId, runId } = open;
    const metric = point({ key: 'acc', value: 0.5 });
    await logMetric(deps, LOCAL_ACTOR, { runId, metric });
    const other = await newRun(deps, experimentId);
    const unknown = Array.from({ length: 1_200 }, (_, index) => `unknown${index}`);
    const found = await deps.store.read((reader) => reader.runs.findMany([runId, ...unknown, other, runId]));
    expect([...found.keys()].sort()).toEqual([runId, other].sort());
    expect(found.get(runId)).toEqual(await open.get());
    expect(found.get(runId)?.metrics).toMatchObject([{ key: 'acc', value: 0.5 }]);
    expect(await deps.store.read((reader) => reader.runs.findMany([]))).toEqual(new Map());
  });

  test('runs of unknown experiments and unknown runs are not found', async () => {
    await using open = await openTracking(target);
    await expect(newRun(open.deps, 99)).rejects.toMatchObject({ code: 'experiment_not_found' });
    await expect(runs.getRun(open.deps, LOCAL_ACTOR, 'bad id')).rejects.toMatchObject({
      code: 'run_not_found',
      params: { runId: 'bad id' },
    });
  });

  test('who may not read the experiment finds no run of it', async () => {
    await using open = await openRun(target);
    const reader: Actor = {
      subjectId: 's',
      kind: 'user',
      displayName: 's',
      grants: [{ role: 'writer', resource: 'experiment', pattern: 'mine' }],
    };
    await expect(runs.getRun(open.deps, reader, open.runId)).rejects.toMatchObject({ code: 'run_not_found' });
    await expect(
      data.setRunTag(open.deps, reader, { runId: open.runId, tag: { key: 'k', value: 'v' } }),
    ).rejects.toMatchObject({ code: 'run_not_found' });
  });
}

function changes(target: StoreTarget): void {
  test('status, end and name change; the tag follows the name; an empty name is no change', async () => {
    await using open = await openRun(target);
    const { runId } = open;
    const update = (given: object) => runs.updateRun(open.deps, LOCAL_ACTOR, { runId, ...given });
    expect(await update({ status: 'FINISHED', endTimeMs: 17 })).toMatchObject({
      status: 'FINISHED',
      endTimeMs: 17,
      name: 'first',
    });
    expect(await update({ name: '' })).toMatchObject({ name: 'first', status: 'FINISHED' });
    expect(await update({ name: 'second' })).toMatchObject({ name: 'second' });
    expect((await open.get()).tags).toEqual([{ key: RUN_NAME_TAG, value: 'second' }]);
  });

  test('a deleted run takes no change; deleting and restoring again is fine', async () => {
    await using open = await openRun(target);
    const { runId } = open;
    await runs.deleteRun(open.deps, LOCAL_ACTOR, runId);
    await runs.deleteRun(open.deps, LOCAL_ACTOR, runId);
    expect((await open.get()).info.lifecycleStage).toBe('deleted');
    const sentence = `The run ${runId} must be in the 'active' state. Current state is deleted.`;
    const tag = { key: 'k', value: 'v' };
    await expect(runs.updateRun(open.deps, LOCAL_ACTOR, { runId, endTimeMs: 1 })).rejects.toThrow(sentence);
    await expect(data.setRunTag(open.deps, LOCAL_ACTOR, { runId, tag })).rejects.toThrow(sentence);
    await expect(data.logParam(open.deps, LOCAL_ACTOR, { runId, param: tag })).rejects.toThrow(sentence);
    await expect(
      data.logBatch(open.deps, LOCAL_ACTOR, { runId, metrics: [], params: [], tags: [] }),
    ).rejects.toThrow(sentence);
    await runs.restoreRun(open.deps, LOCAL_ACTOR, runId);
    await runs.restoreRun(open.deps, LOCAL_ACTOR, runId);
    await data.setRunTag(open.deps, LOCAL_ACTOR, { runId, tag });
    await expect(runs.restoreRun(open.deps, LOCAL_ACTOR, 'nope')).rejects.toMatchObject({
      code: 'run_not_found',
    });
  });
}

function params(target: StoreTarget): void {
  test('a param is written once; the same value again is fine, another is refused', async () => {
    await using open = await openRun(target);
    const { runId } = open;
    const log = (value: string) =>
      data.logParam(open.deps, LOCAL_ACTOR, { runId, param: { key: 'p', value } });
    await log('1');
    await log('1');
    await expect(log('2')).rejects.toThrow(
      `Changing param values is not allowed. Param with key='p' was already logged with value='1' for run ID='${runId}'. Attempted logging new value '2'.`,
    );
    expect((await open.get()).params).toEqual([{ key: 'p', value: '1' }]);
  });

  test('of two writers of one param one wins and the other is told', async () => {
    await using open = await openRun(target);
    const { runId } = open;
    const outcomes = await Promise.allSettled(
      ['1', '2', '3', '4'].map((value) =>
        data.logParam(open.deps, LOCAL_ACTOR, { runId, param: { key: 'p', value } }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await open.get()).params).toHaveLength(1);
  });
}

function batches(target: StoreTarget): void {
  test('a batch that fails leaves nothing behind', async () => {
    await using open = await openRun(target);
    const { runId } = open;
    await data.logParam(open.deps, LOCAL_ACTOR, { runId, param: { key: 'p', value: '1' } });
    await expect(
      data.logBatch(open.deps, LOCAL_ACTOR, {
        runId,
        params: [
          { key: 'new', value: 'x' },
          { key: 'p', value: "it's" },
        ],
        metrics: [point()],
        tags: [{ key: 't', value: '1' }],
      }),
    ).rejects.toThrow(
      `Changing param values is not allowed. Params were already logged='[{'key': 'p', 'old_value': '1', 'new_value': "it's"}]' for run ID='${runId}'.`,
    );
    await expect(
      data.logBatch(open.deps, LOCAL_ACTOR, {
        runId,
        params: [{ key: 'new', value: 'x' }],
        metrics: [point({ modelId: 'm-unknown' })],
        tags: [],
      }),
    ).rejects.toMatchObject({ code: 'logged_model_not_found', params: { modelId: 'm-unknown' } });
    expect(await open.get()).toMatchObject({
      params: [{ key: 'p', value: '1' }],
      metrics: [],
      tags: [{ key: RUN_NAME_TAG }],
    });
  });

  test('a full batch is kept whole, odd texts and numbers included', async () => {
    await using open = await openRun(target);
    const { runId } = open;
    const odd = `"quoted" 'single' \\ \u{1f413} ${'x'.repeat(5_000)}`;
    const metrics = Array.from({ length: 800 }, (_, index) => point({ key: `m${index}`, value: index / 7 }));
    const paramsGiven = Array.from({ length: 100 }, (_, index) => ({ key: `p ${index}`, value: odd }));
    const tagsGiven = Array.from({ length: 100 }, (_, index) => ({ key: `t/${index}`, value: odd }));
    await data.logBatch(open.deps, LOCAL_ACTOR, { runId, metrics, params: paramsGiven, tags: tagsGiven });
    const run = await open.get();
    expect(run.metrics).toHaveLength(800);
    expect(new Map(run.metrics.map(({ key, value }) => [key, value])).get('m799')).toBe(799 / 7);
    expect(run.params).toHaveLength(100);
    expect(run.params.every(({ value }) => value === odd)).toBe(true);
    expect(run.tags).toHaveLength(101);
  });

  test('writers of overlapping batches never hold each other up for good', async () => {
    await using open = await openRun(target);
    const { runId } = open;
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
    const batch = (order: readonly string[], step: number) =>
      data.logBatch(open.deps, LOCAL_ACTOR, {
        runId,
        metrics: order.map((key) => point({ key, step })),
        params: order.map((key) => ({ key, value: 'same' })),
        tags: order.map((key) => ({ key, value: String(step) })),
      });
    await Promise.all(
      Array.from({ length: 8 }, (_, step) => batch(step % 2 === 0 ? keys : keys.toReversed(), step)),
    );
    const run = await open.get();
    expect(run.metrics.map(({ step }) => step)).toEqual(keys.map(() => 7));
  });
}

function tags(target: StoreTarget): void {
  test('setting the tag of the name renames the run; empty it is no change', async () => {
    await using open = await openRun(target);
    const { runId } = open;
    const set = (value: string) =>
      data.setRunTag(open.deps, LOCAL_ACTOR, { runId, tag: { key: RUN_NAME_TAG, value } });
    await set('by tag');
    await set('');
    expect((await open.get()).info.name).toBe('by tag');
    await data.logBatch(open.deps, LOCAL_ACTOR, {
      runId,
      metrics: [],
      params: [],
      tags: [
        { key: RUN_NAME_TAG, value: 'batch' },
        { key: 'd', value: '1' },
        { key: 'd', value: '2' },
      ],
    });
    expect(await open.get()).toMatchObject({
      info: { name: 'batch' },
      tags: [
        { key: 'd', value: '2' },
        { key: RUN_NAME_TAG, value: 'batch' },
      ],
    });
  });

  test('a tag is deleted once; the name stays when its tag goes', async () => {
    await using open = await openRun(target);
    const { runId } = open;
    const remove = () => data.deleteRunTag(open.deps, LOCAL_ACTOR, { runId, key: RUN_NAME_TAG });
    await remove();
    await expect(remove()).rejects.toThrow(`No tag with name: ${RUN_NAME_TAG} in run with id ${runId}`);
    expect(await open.get()).toMatchObject({ info: { name: 'first' }, tags: [] });
  });
}

function links(target: StoreTarget): void {
  const dataset = { name: 'd', digest: 'g', sourceType: 's', source: 'src', schema: null, profile: null };
  const context = { key: 'mlflow.data.context', value: 'train' };

  test('a dataset is described once in its experiment and linked once to a run', async () => {
    await using open = await openRun(target);
    const { runId } = open;
    const log = (datasets: Parameters<typeof logInputs>[2]['datasets']) =>
      logInputs(open.deps, LOCAL_ACTOR, { runId, datasets, modelIds: [] });
    await log([
      { dataset, tags: [context, { key: 'a', value: '1' }, { key: 'a', value: '2' }] },
      { dataset: { ...dataset, profile: 'second' }, tags: [] },
    ]);
    await log([
      { dataset: { ...dataset, profile: 'late' }, tags: [{ key: 'late', value: '1' }] },
      { dataset: { ...dataset, name: 'e', digest: '' }, tags: [] },
    ]);
    expect((await open.get()).datasetInputs).toEqual([
      { dataset, tags: [{ key: 'a', value: '2' }, context] },
      { dataset: { ...dataset, name: 'e', digest: '' }, tags: [] },
    ]);
    const other = await newRun(open.deps, open.experimentId);
    await logInputs(open.deps, LOCAL_ACTOR, {
      runId: other,
      datasets: [{ dataset: { ...dataset, source: 'ignored' }, tags: [] }],
      modelIds: [],
    });
    expect((await runs.getRun(open.deps, LOCAL_ACTOR, other)).datasetInputs).toEqual([{ dataset, tags: [] }]);
  });

  test('models are inputs any number of times and outputs once', async () => {
    await using open = await openRun(target);
    const { runId } = open;
    const read = () =>
      logInputs(open.deps, LOCAL_ACTOR, { runId, datasets: [], modelIds: ['m-2', 'm-1', 'm-2'] });
    await read();
    await read();
    const made = (models: { modelId: string; step: number | bigint }[]) =>
      logOutputs(open.deps, LOCAL_ACTOR, { runId, models });
    await made([{ modelId: 'm-3', step: 2n ** 62n }]);
    await expect(
      made([
        { modelId: 'm-4', step: 0 },
        { modelId: 'm-3', step: 0 },
      ]),
    ).rejects.toThrow(`Logged model 'm-3' is already an output of run '${runId}'.`);
    await expect(
      made([
        { modelId: 'm-5', step: 0 },
        { modelId: 'm-5', step: 0 },
      ]),
    ).rejects.toThrow('already');
    await made([]);
    expect(await open.get()).toMatchObject({
      modelInputs: ['m-1', 'm-2'],
      modelOutputs: [{ modelId: 'm-3', step: 2n ** 62n }],
    });
  });
}

function histories(target: StoreTarget): void {
  const model = {
    artifact_path: 'm',
    flavors: { py: { config: 1, a: 2 }, z: 's' },
    utc_time_created: '2020-01-01 00:00:00.000',
    run_id: 'r',
    model_uuid: 'u',
    extra: 1,
  };

  test('models of 2.x clients are a list in a tag, in the spelling of MLflow, whoever logs at once', async () => {
    await using open = await openRun(target);
    const { runId } = open;
    const log = () => data.logModel(open.deps, LOCAL_ACTOR, { runId, modelJson: JSON.stringify(model) });
    await Promise.all([log(), log(), log()]);
    const entry =
      '{"run_id": "r", "artifact_path": "m", "utc_time_created": "2020-01-01 00:00:00.000", "model_uuid": "u", "flavors": {"py": {"a": 2}, "z": "s"}}';
    expect((await open.get()).tags).toContainEqual({
      key: 'mlflow.log-model.history',
      value: `[${entry}, ${entry}, ${entry}]`,
    });
  });

  test.each([
    ['{bad', 'Malformed model info. \n {bad \n is not a valid JSON.'],
    [
      '{"artifact_path":1}',
      "Model json is missing mandatory fields: {'flavors', 'run_id', 'utc_time_created'}",
    ],
    ['[]', 'it must be a JSON object'],
    [JSON.stringify({ ...model, flavors: [] }), "'flavors' must be a JSON object"],
  ])('%j is no model', async (modelJson, sentence) => {
    await using open = await openRun(target);
    await expect(data.logModel(open.deps, LOCAL_ACTOR, { runId: open.runId, modelJson })).rejects.toThrow(
      sentence,
    );
  });
}

function finishedRuns(target: StoreTarget): void {
  test('a finished run is made with all that it logged, in one unit of work', async () => {
    await using open = await openTracking(target);
    const make = (metrics: Map<string, number>) =>
      open.deps.store.write(async (writer) =>
        createFinishedRun(open.deps, writer, {
          experiment: await ensureExperiment(open.deps, writer, { actor: LOCAL_ACTOR, name: 'layer-count' }),
          actor: LOCAL_ACTOR,
          name: null,
          metrics,
          params: [{ key: 'p', value: '1' }],
          tags: [{ key: 't', value: 'v' }],
          datasets: [
            {
              dataset: { name: 'd', digest: '', sourceType: '', source: 's', schema: null, profile: null },
              tags: [],
            },
          ],
        }),
      );
    await expect(make(new Map([['bad$', 1]]))).rejects.toMatchObject({ code: 'invalid_argument' });
    const { runId, artifactUri } = await make(new Map([['accuracy', 0.95]]));
    const run = await runs.getRun(open.deps, LOCAL_ACTOR, runId);
    expect(run).toMatchObject({
      info: { status: 'FINISHED', startTimeMs: open.clock.now(), endTimeMs: open.clock.now(), artifactUri },
      metrics: [{ key: 'accuracy', value: 0.95 }],
      params: [{ key: 'p', value: '1' }],
      datasetInputs: [{ dataset: { name: 'd' } }],
    });
    expect(run.tags).toContainEqual({ key: 't', value: 'v' });
    expect(run.info.experimentName).toBe('layer-count');
  });
}
