import { describe, expect, test } from 'vitest';
import { type Actor, LOCAL_ACTOR } from '../../src/domain/actor.ts';
import { parseExperimentSearch } from '../../src/domain/search/experiment.ts';
import * as experiments from '../../src/operations/experiment.ts';
import type { Deps } from '../../src/operations/ports.ts';
import { getRun } from '../../src/operations/run.ts';
import type { StoreTarget } from '../support/store-targets.ts';
import { newExperiment, newRun, openTracking } from '../support/tracking.ts';

/** The promises of experiments, on one engine. */
export function experimentSuite(target: StoreTarget): void {
  describe(`experiments on ${target.name}`, () => {
    identities(target);
    searches(target);
    lifecycles(target);
    rights(target);
  });
}

function names(
  deps: Deps,
  filter: string,
  orderBy: string[] = [],
  given: { actor?: Actor; limit?: number; offset?: number } = {},
) {
  const { actor = LOCAL_ACTOR, limit = 100, offset = 0 } = given;
  return experiments
    .searchExperiments(deps, actor, {
      search: parseExperimentSearch(filter, orderBy),
      view: 'active_only',
      limit,
      offset,
    })
    .then(({ items, nextOffset }) => ({ names: items.map(({ name }) => name), nextOffset }));
}

function identities(target: StoreTarget): void {
  test('ids count from 1, and files lie below the artifact root by id', async () => {
    await using open = await openTracking(target);
    const tags = [
      { key: 'b', value: '1' },
      { key: 'a', value: '2' },
      { key: 'b', value: '3' },
    ];
    const id = await experiments.createExperiment(open.deps, LOCAL_ACTOR, {
      name: 'vision',
      artifactLocation: '',
      tags,
    });
    expect(id).toBe(1);
    expect(await experiments.getExperiment(open.deps, LOCAL_ACTOR, id)).toEqual({
      experimentId: 1,
      name: 'vision',
      workspace: 'default',
      artifactLocation: 'mlflow-artifacts:/1',
      lifecycleStage: 'active',
      createdAtMs: open.clock.now(),
      updatedAtMs: open.clock.now(),
      tags: [
        { key: 'a', value: '2' },
        { key: 'b', value: '3' },
      ],
    });
    expect(await newExperiment(open.deps)).toBe(2);
    expect((await experiments.getExperimentByName(open.deps, LOCAL_ACTOR, 'Default')).experimentId).toBe(0);
  });

  test('a name is taken once, also by a deleted experiment, and a rename cannot take it either', async () => {
    await using open = await openTracking(target);
    const first = await newExperiment(open.deps, 'taken');
    const second = await newExperiment(open.deps, 'other');
    await experiments.deleteExperiment(open.deps, LOCAL_ACTOR, first);
    await expect(newExperiment(open.deps, 'taken')).rejects.toMatchObject({ code: 'resource_exists' });
    await expect(
      experiments.renameExperiment(open.deps, LOCAL_ACTOR, { experimentId: second, newName: 'taken' }),
    ).rejects.toMatchObject({ code: 'resource_exists' });
    expect((await experiments.getExperiment(open.deps, LOCAL_ACTOR, second)).name).toBe('other');
    await experiments.renameExperiment(open.deps, LOCAL_ACTOR, { experimentId: second, newName: 'other' });
  });

  test('an unknown experiment is not found, in the words of MLflow', async () => {
    await using open = await openTracking(target);
    await expect(experiments.getExperiment(open.deps, LOCAL_ACTOR, 99)).rejects.toThrow(
      'No Experiment with id=99 exists',
    );
    await expect(experiments.getExperimentByName(open.deps, LOCAL_ACTOR, 'x')).rejects.toThrow(
      "Could not find experiment with name 'x'",
    );
  });

  test('tags are set, replaced and deleted; deleting an absent one is an error', async () => {
    await using open = await openTracking(target);
    const experimentId = await newExperiment(open.deps);
    const set = (value: string) =>
      experiments.setExperimentTag(open.deps, LOCAL_ACTOR, { experimentId, tag: { key: 'k', value } });
    await set('1');
    await set('2');
    expect((await experiments.getExperiment(open.deps, LOCAL_ACTOR, experimentId)).tags).toEqual([
      { key: 'k', value: '2' },
    ]);
    await experiments.deleteExperimentTag(open.deps, LOCAL_ACTOR, { experimentId, key: 'k' });
    await expect(
      experiments.deleteExperimentTag(open.deps, LOCAL_ACTOR, { experimentId, key: 'k' }),
    ).rejects.toThrow(`No tag with name: k in experiment with id ${experimentId}`);
  });
}

function searches(target: StoreTarget): void {
  test('pages are in the asked order and end without a further one', async () => {
    await using open = await openTracking(target);
    for (const name of ['b', 'a', 'B', 'c']) {
      open.clock.advance(10);
      await newExperiment(open.deps, name);
    }
    expect(await names(open.deps, '', [], { limit: 2 })).toEqual({ names: ['c', 'B'], nextOffset: 2 });
    expect(await names(open.deps, '', [], { limit: 2, offset: 2 })).toEqual({
      names: ['a', 'b'],
      nextOffset: 4,
    });
    expect(await names(open.deps, '', ['name ASC'], { limit: 5 })).toEqual({
      names: ['B', 'Default', 'a', 'b', 'c'],
      nextOffset: null,
    });
  });

  test('filters by name, time and tag find what they say', async () => {
    await using open = await openTracking(target);
    const tag = (experimentId: number, key: string, value: string) =>
      experiments.setExperimentTag(open.deps, LOCAL_ACTOR, { experimentId, tag: { key, value } });
    const vision = await newExperiment(open.deps, 'Vision');
    const sound = await newExperiment(open.deps, 'sound');
    await tag(vision, 'team', 'a');
    await tag(sound, 'team', 'b');
    await tag(sound, 'x', '1');
    const found = async (filter: string) => (await names(open.deps, filter, ['name ASC'])).names;
    expect(await found("name LIKE 'vis%'")).toEqual([]);
    expect(await found("name ILIKE 'vis%'")).toEqual(['Vision']);
    expect(await found("name != 'sound'")).toEqual(['Default', 'Vision']);
    expect(await found(`creation_time >= ${open.clock.now()}`)).toEqual(['Vision', 'sound']);
    expect(await found("tags.team = 'b'")).toEqual(['sound']);
    expect(await found("tags.team != 'b'")).toEqual(['Vision']);
    expect(await found("tags.team LIKE '%' AND tags.x = '1'")).toEqual(['sound']);
    expect(await found('tags.x IS NULL')).toEqual(['Default', 'Vision']);
    expect(await found('tags.x IS NOT NULL')).toEqual(['sound']);
  });

  test('a page size of 0 or beyond 50,000 is refused', async () => {
    await using open = await openTracking(target);
    await expect(names(open.deps, '', [], { limit: 0 })).rejects.toThrow('It must be a positive integer');
    await expect(names(open.deps, '', [], { limit: 50_001 })).rejects.toThrow('It must be at most 50000');
  });
}

function lifecycles(target: StoreTarget): void {
  test('deleting takes all runs along and restoring brings them back', async () => {
    await using open = await openTracking(target);
    const experimentId = await newExperiment(open.deps);
    const runId = await newRun(open.deps, experimentId);
    const stage = async () => (await getRun(open.deps, LOCAL_ACTOR, runId)).info.lifecycleStage;
    open.clock.advance(5);
    await experiments.deleteExperiment(open.deps, LOCAL_ACTOR, experimentId);
    expect(await stage()).toBe('deleted');
    expect(await experiments.getExperiment(open.deps, LOCAL_ACTOR, experimentId)).toMatchObject({
      lifecycleStage: 'deleted',
      updatedAtMs: open.clock.now(),
    });
    await expect(experiments.deleteExperiment(open.deps, LOCAL_ACTOR, experimentId)).rejects.toMatchObject({
      code: 'experiment_not_found',
    });
    await experiments.restoreExperiment(open.deps, LOCAL_ACTOR, experimentId);
    expect(await stage()).toBe('active');
    await expect(experiments.restoreExperiment(open.deps, LOCAL_ACTOR, experimentId)).rejects.toMatchObject({
      code: 'experiment_not_found',
    });
  });

  test('a deleted experiment takes no runs, tags or new names', async () => {
    await using open = await openTracking(target);
    const experimentId = await newExperiment(open.deps);
    await experiments.deleteExperiment(open.deps, LOCAL_ACTOR, experimentId);
    const sentence = `The experiment ${experimentId} must be in the 'active' state. Current state is deleted.`;
    await expect(newRun(open.deps, experimentId)).rejects.toThrow(sentence);
    await expect(
      experiments.setExperimentTag(open.deps, LOCAL_ACTOR, { experimentId, tag: { key: 'k', value: 'v' } }),
    ).rejects.toThrow(sentence);
    await expect(
      experiments.renameExperiment(open.deps, LOCAL_ACTOR, { experimentId, newName: 'new' }),
    ).rejects.toThrow('Cannot rename a non-active experiment.');
  });
}

function rights(target: StoreTarget): void {
  test('who may not read an experiment finds it nowhere; a pattern with wildcards of SQL is only a name', async () => {
    await using open = await openTracking(target);
    const mine = await newExperiment(open.deps, 'a_1 x');
    const other = await newExperiment(open.deps, 'ab1 x');
    const actor: Actor = {
      subjectId: 's',
      kind: 'user',
      displayName: 's',
      grants: [{ role: 'writer', resource: 'experiment', pattern: 'a_1*' }],
    };
    expect((await names(open.deps, '', [], { actor })).names).toEqual(['a_1 x']);
    await expect(experiments.getExperiment(open.deps, actor, other)).rejects.toMatchObject({
      code: 'experiment_not_found',
    });
    await expect(experiments.getExperimentByName(open.deps, actor, 'ab1 x')).rejects.toMatchObject({
      code: 'experiment_not_found',
    });
    await expect(experiments.deleteExperiment(open.deps, actor, mine)).rejects.toMatchObject({
      code: 'permission_denied',
    });
    await expect(
      experiments.renameExperiment(open.deps, actor, { experimentId: mine, newName: 'b' }),
    ).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(newRun({ ...open.deps }, other)).resolves.toBeTypeOf('string');
  });

  test('who may write models of a name may make the experiment of that name', async () => {
    await using open = await openTracking(target);
    const actor: Actor = {
      subjectId: 's',
      kind: 'user',
      displayName: 's',
      grants: [{ role: 'writer', resource: 'model', pattern: 'layer-*' }],
    };
    const create = (name: string) =>
      experiments.createExperiment(open.deps, actor, { name, artifactLocation: null, tags: [] });
    await expect(create('layer-count')).resolves.toBe(1);
    await expect(create('other')).rejects.toMatchObject({ code: 'permission_denied' });
  });
}
