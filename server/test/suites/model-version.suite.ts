import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../src/domain/actor.ts';
import { renderSemanticVersion } from '../../src/domain/semantic-version.ts';
import { aliasSlot, type Slot } from '../../src/domain/slot.ts';
import type { Stage } from '../../src/domain/stage.ts';
import { adoptModel } from '../../src/operations/adoption.ts';
import { deleteAlias, getVersionByAlias, setAlias } from '../../src/operations/alias.ts';
import {
  deleteModelVersion,
  getLatestVersions,
  getModelVersion,
} from '../../src/operations/model-version.ts';
import { createModelVersion } from '../../src/operations/model-version-registration.ts';
import {
  createRegisteredModel,
  deleteRegisteredModel,
  getRegisteredModel,
  renameRegisteredModel,
} from '../../src/operations/registered-model.ts';
import { transitionMlflowStage, transitionVersion } from '../../src/operations/transition.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';
import type { StoreTarget } from '../support/store-targets.ts';

/** What the registry promises about versions, stages, aliases and their history. */
export function modelVersionSuite(target: StoreTarget): void {
  describe(`model versions on ${target.name}`, () => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps(target);
    });
    afterEach(async () => {
      await deps.close();
    });

    const model = (name: string) =>
      createRegisteredModel(deps, LOCAL_ACTOR, { name, tags: [], description: null });
    const version = (name: string) =>
      createModelVersion(deps, LOCAL_ACTOR, {
        name,
        source: 's3://bucket/model',
        runId: undefined,
        modelId: undefined,
        tags: [],
        runLink: '',
        description: '',
      });
    const identity = async (name: string) =>
      (await deps.store.read((reader) => reader.versionRecords.findIdentity(name)))?.modelId ?? '';
    const intervals = async (name: string, slot: Slot) => {
      const modelId = await identity(name);
      const rows = await deps.store.read((reader) =>
        reader.slots.listIntervals(modelId, slot, { after: null, limit: 100 }),
      );
      return rows.map((row) => [
        row.version,
        Number(row.fromMs),
        row.toMs === null ? null : Number(row.toMs),
        row.origin,
      ]);
    };

    test('numbers count up from 1 and semantic versions by minors', async () => {
      await model('m');
      expect([(await version('m')).version, (await version('m')).version]).toEqual([1, 2]);
      const records = await deps.store.read((reader) => reader.versionRecords.list('m', [1, 2]));
      const labels = [...records.values()].map((record) => record.semanticVersion);
      expect(labels.map((label) => (label === null ? null : renderSemanticVersion(label))).sort()).toEqual([
        '1.0.0',
        '1.1.0',
      ]);
    });

    test('versions made side by side get different numbers', async () => {
      await model('m');
      const made = await Promise.all(Array.from({ length: 10 }, () => version('m')));
      expect(made.map((one) => one.version).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    test('a number is never given twice, not even after the model was deleted or renamed away', async () => {
      await model('m');
      await version('m');
      await version('m');
      await deleteModelVersion(deps, LOCAL_ACTOR, { name: 'm', version: 2 });
      expect((await version('m')).version).toBe(3);
      await deleteRegisteredModel(deps, LOCAL_ACTOR, 'm');
      await model('m');
      expect((await version('m')).version).toBe(4);
      await renameRegisteredModel(deps, LOCAL_ACTOR, { name: 'm', newName: 'other' });
      await model('m');
      expect((await version('m')).version).toBe(5);
      expect((await version('other')).version).toBe(5);
    });

    test('history says who was in production when, in half-open intervals', async () => {
      await model('m');
      await version('m');
      await version('m');
      const start = deps.clock.now();
      deps.clock.advance(1000);
      await transitionVersion(deps, LOCAL_ACTOR, {
        name: 'm',
        version: 1,
        to: 'production',
        displace: true,
        reason: 'first',
      });
      deps.clock.advance(1000);
      const moved = await transitionVersion(deps, LOCAL_ACTOR, {
        name: 'm',
        version: 2,
        to: 'production',
        displace: true,
        reason: null,
      });
      expect(moved.displaced).toEqual([{ version: 1, to: 'archived' }]);
      expect(await intervals('m', 'stage:production')).toEqual([
        [2, start + 2000, null, 'direct'],
        [1, start + 1000, start + 2000, 'direct'],
      ]);
      expect(await intervals('m', 'stage:archived')).toEqual([[1, start + 2000, null, 'displaced']]);
      const modelId = await identity('m');
      const at = async (ms: number) => {
        const held = await deps.store.read(({ slots }) =>
          slots.listIntervalsAt(modelId, 'stage:production', ms),
        );
        return held.map((interval) => interval.version);
      };
      expect(await at(start + 999)).toEqual([]);
      expect(await at(start + 1000)).toEqual([1]);
      expect(await at(start + 1999)).toEqual([1]);
      expect(await at(start + 2000)).toEqual([2]);
    });

    test('changes within one millisecond, or after the clock went back, still follow one another', async () => {
      await model('m');
      for (let i = 0; i < 3; i++) await version('m');
      for (const number of [1, 2, 3]) {
        deps.clock.advance(-5);
        await transitionVersion(deps, LOCAL_ACTOR, {
          name: 'm',
          version: number,
          to: 'production',
          displace: true,
          reason: null,
        });
      }
      const rows = await intervals('m', 'stage:production');
      const froms = rows.map((row) => Number(row[1]));
      expect(froms[0]).toBeGreaterThan(froms[1] ?? 0);
      expect(froms[1]).toBeGreaterThan(froms[2] ?? 0);
      expect(rows.map((row) => row[0])).toEqual([3, 2, 1]);
      expect(rows[1]?.[2]).toBe(froms[0]);
    });

    test('exclusive transitions that race leave exactly one version in production', async () => {
      await model('m');
      for (let i = 0; i < 6; i++) await version('m');
      await Promise.all(
        [1, 2, 3, 4, 5, 6].map((number) =>
          transitionMlflowStage(deps, LOCAL_ACTOR, {
            name: 'm',
            version: number,
            stage: 'Production',
            archiveExisting: true,
          }),
        ),
      );
      const holders = await deps.store.read((reader) =>
        reader.modelVersions.listNumbersInStage('m', 'Production', 10),
      );
      expect(holders).toHaveLength(1);
      const modelId = await identity('m');
      expect(
        await deps.store.read((reader) => reader.slots.listHolders(modelId, 'stage:production')),
      ).toEqual([holders[0]]);
    });

    test('deprecated is Archived for MLflow, survives Archived and ends with any other stage', async () => {
      await model('m');
      await version('m');
      const deprecated = async () =>
        (await deps.store.read((reader) => reader.versionRecords.find('m', 1)))?.deprecated;
      const move = (stage: 'Archived' | 'Staging') =>
        transitionMlflowStage(deps, LOCAL_ACTOR, { name: 'm', version: 1, stage, archiveExisting: false });
      const { version: moved } = await transitionVersion(deps, LOCAL_ACTOR, {
        name: 'm',
        version: 1,
        to: 'deprecated',
        displace: false,
        reason: null,
      });
      expect([moved.stage, await deprecated()]).toEqual(['Archived', true]);
      expect([(await move('Archived')).stage, await deprecated()]).toEqual(['Archived', true]);
      expect([(await move('Staging')).stage, await deprecated()]).toEqual(['Staging', false]);
    });

    test('an alias is an exclusive slot with a history, and goes with its version', async () => {
      await model('m');
      await version('m');
      await version('m');
      const start = deps.clock.now();
      await setAlias(deps, LOCAL_ACTOR, { name: 'm', alias: 'champion', version: 1 });
      deps.clock.advance(10);
      await setAlias(deps, LOCAL_ACTOR, { name: 'm', alias: 'champion', version: 2 });
      expect((await getVersionByAlias(deps, LOCAL_ACTOR, { name: 'm', alias: 'champion' })).version).toBe(2);
      deps.clock.advance(10);
      await deleteModelVersion(deps, LOCAL_ACTOR, { name: 'm', version: 2 });
      await expect(
        getVersionByAlias(deps, LOCAL_ACTOR, { name: 'm', alias: 'champion' }),
      ).rejects.toMatchObject({
        code: 'alias_not_found',
      });
      expect(await intervals('m', aliasSlot('champion'))).toEqual([
        [2, start + 10, start + 20, 'direct'],
        [1, start, start + 10, 'direct'],
      ]);
      await deleteAlias(deps, LOCAL_ACTOR, { name: 'm', alias: 'champion' });
    });

    test('the latest version of each stage is found, with tags and aliases in their places', async () => {
      await model('m');
      for (let i = 0; i < 4; i++) await version('m');
      await setAlias(deps, LOCAL_ACTOR, { name: 'm', alias: 'champion', version: 2 });
      for (const number of [1, 2])
        await transitionVersion(deps, LOCAL_ACTOR, {
          name: 'm',
          version: number,
          to: 'staging',
          displace: false,
          reason: null,
        });
      const latest = await getLatestVersions(deps, LOCAL_ACTOR, { name: 'm', stages: [] });
      expect(latest.map((one) => [one.version, one.stage, one.aliases])).toEqual([
        [2, 'Staging', ['champion']],
        [4, 'None', []],
      ]);
      const whole = await getRegisteredModel(deps, LOCAL_ACTOR, 'm');
      expect(whole.aliases).toEqual([{ alias: 'champion', version: 2 }]);
      expect(whole.latestVersions.map((one) => one.version)).toEqual([2, 4]);
    });

    test('a page of versions goes down by number and minds our stages, and the count agrees', async () => {
      await model('m');
      for (let i = 0; i < 5; i++) await version('m');
      for (const [number, to] of [
        [1, 'archived'],
        [2, 'deprecated'],
        [4, 'staging'],
      ] as const)
        await transitionVersion(deps, LOCAL_ACTOR, {
          name: 'm',
          version: number,
          to,
          displace: false,
          reason: null,
        });
      await setAlias(deps, LOCAL_ACTOR, { name: 'm', alias: 'champion', version: 4 });
      await deleteModelVersion(deps, LOCAL_ACTOR, { name: 'm', version: 3 });
      const page = (stage: Stage | null, before: number | null, limit: number) =>
        deps.store.read((reader) => reader.modelVersions.listPage('m', { stage, before, limit }));
      const numbers = async (stage: Stage | null, before: number | null, limit: number) =>
        (await page(stage, before, limit)).map((one) => one.version);
      const count = (stage: Stage | null) =>
        deps.store.read((reader) => reader.modelVersions.count('m', stage));
      expect([await numbers(null, null, 2), await numbers(null, 4, 9)]).toEqual([
        [5, 4],
        [2, 1],
      ]);
      expect((await page('staging', null, 9)).map((one) => one.aliases)).toEqual([['champion']]);
      expect(
        await deps.store.read(({ modelVersions }) => modelVersions.listNumbersInStage('m', 'Archived', 9)),
      ).toEqual([2, 1]);
      expect([await numbers('archived', null, 9), await numbers('deprecated', null, 9)]).toEqual([[1], [2]]);
      expect(
        await Promise.all([count(null), count('archived'), count('deprecated'), count('production')]),
      ).toEqual([4, 1, 1, 0]);
      expect(
        await deps.store.read((reader) =>
          reader.versionRecords.listDeprecated([1, 2, 4].map((number) => ({ name: 'm', version: number }))),
        ),
      ).toEqual([{ name: 'm', version: 2 }]);
    });

    test('tombstones go down by number, and a label leads to its version also when it is deleted', async () => {
      await model('m');
      for (let i = 0; i < 4; i++) await version('m');
      for (const number of [1, 3, 4])
        await deleteModelVersion(deps, LOCAL_ACTOR, { name: 'm', version: number });
      await deps.store.read(async ({ versionRecords }) => {
        const numbers = async (before: number | null, limit: number) =>
          (await versionRecords.listTombstones('m', { before, limit })).map((one) => one.version);
        expect([await numbers(null, 2), await numbers(3, 2), await numbers(1, 2)]).toEqual([[4, 3], [1], []]);
        expect(await versionRecords.listTombstones('n', { before: null, limit: 9 })).toEqual([]);
        const label = { major: 1, minor: 2, patch: 0, prerelease: '' };
        expect(await versionRecords.findBySemanticVersion('m', label)).toBe(3);
      });
    });

    test('a rename keeps identity, history and aliases', async () => {
      await model('m');
      await version('m');
      await setAlias(deps, LOCAL_ACTOR, { name: 'm', alias: 'champion', version: 1 });
      const before = await identity('m');
      await renameRegisteredModel(deps, LOCAL_ACTOR, { name: 'm', newName: 'n' });
      expect(await identity('n')).toBe(before);
      expect((await getVersionByAlias(deps, LOCAL_ACTOR, { name: 'n', alias: 'champion' })).version).toBe(1);
      expect(await intervals('n', aliasSlot('champion'))).toHaveLength(1);
      await expect(getRegisteredModel(deps, LOCAL_ACTOR, 'm')).rejects.toMatchObject({
        code: 'model_not_found',
      });
    });

    test('a rename onto a taken name changes nothing', async () => {
      await model('m');
      await model('n');
      await expect(
        renameRegisteredModel(deps, LOCAL_ACTOR, { name: 'm', newName: 'n' }),
      ).rejects.toMatchObject({
        code: 'model_exists',
      });
      expect((await getRegisteredModel(deps, LOCAL_ACTOR, 'm')).name).toBe('m');
    });

    describe('what MLflow wrote while we were away', () => {
      const behindOurBack = (statement: string) => sql.raw(statement).execute(deps.database.engine.db);
      const direct = (statement: string) =>
        deps.database.engine.transaction((db) =>
          sql
            .raw(statement)
            .execute(db)
            .then(() => undefined),
        );

      test('versions are adopted with labels after ours and with the stage that they have', async () => {
        await model('m');
        await version('m');
        await direct(`insert into model_versions (name, version, creation_time, last_updated_time, current_stage, source, status)
          values ('m', 2, 50, 60, 'Production', 's3://b/x', 'READY'), ('m', 3, 55, 65, 'None', 's3://b/x', 'READY')`);
        expect((await version('m')).version).toBe(4);
        const records = await deps.store.read((reader) => reader.versionRecords.list('m', [1, 2, 3, 4]));
        expect([1, 2, 3, 4].map((n) => records.get(n)?.semanticVersion?.minor)).toEqual([0, 1, 2, 3]);
        expect(records.get(2)?.origin).toBe('adopted');
        expect(await intervals('m', 'stage:production')).toEqual([[2, 60, null, 'adopted']]);
      });

      test('a stage that was changed closes our interval and opens one of origin outside', async () => {
        await model('m');
        await version('m');
        await transitionVersion(deps, LOCAL_ACTOR, {
          name: 'm',
          version: 1,
          to: 'production',
          displace: true,
          reason: null,
        });
        const entered = deps.clock.now();
        deps.clock.advance(500);
        await direct(`update model_versions set current_stage = 'Archived' where name = 'm' and version = 1`);
        for await (const _step of adoptModel(deps, 'm'));
        expect((await intervals('m', 'stage:production')).map((row) => row[2])).not.toContain(null);
        expect(await intervals('m', 'stage:archived')).toEqual([[1, entered + 500, null, 'outside']]);
        for await (const _step of adoptModel(deps, 'm'));
        expect(await intervals('m', 'stage:archived')).toHaveLength(1);
      });

      test('a model that was renamed keeps its identity', async () => {
        await model('m');
        await version('m');
        const before = await identity('m');
        await direct(`update registered_models set name = 'renamed' where name = 'm'`);
        for await (const _step of adoptModel(deps, 'renamed'));
        expect(await identity('renamed')).toBe(before);
      });

      test('a model that was deleted and made anew is another model', async () => {
        await model('m');
        const before = await identity('m');
        await direct(`delete from registered_models where name = 'm'`);
        await direct(
          `insert into registered_models (name, creation_time, last_updated_time) values ('m', 7, 7)`,
        );
        for await (const _step of adoptModel(deps, 'm'));
        expect(await identity('m')).not.toBe(before);
      });

      test('reading a version needs no record of ours', async () => {
        await direct(
          `insert into registered_models (name, creation_time, last_updated_time) values ('foreign', 7, 7)`,
        );
        await direct(`insert into model_versions (name, version, creation_time, last_updated_time, current_stage, source, status)
          values ('foreign', 1, 50, 60, 'Production', 's3://b/x', 'READY')`);
        expect((await getModelVersion(deps, LOCAL_ACTOR, { name: 'foreign', version: 1 })).stage).toBe(
          'Production',
        );
        await behindOurBack('select 1');
      });
    });
  });
}
