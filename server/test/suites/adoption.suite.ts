import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../src/domain/actor.ts';
import { renderSemanticVersion } from '../../src/domain/semantic-version.ts';
import { aliasSlot, type Slot } from '../../src/domain/slot.ts';
import { adoptModels } from '../../src/jobs/adopt-models.ts';
import { adoptModel as adoptionOf } from '../../src/operations/adoption.ts';
import { setAlias } from '../../src/operations/alias.ts';
import { deleteModelVersion } from '../../src/operations/model-version.ts';
import { createModelVersion } from '../../src/operations/model-version-registration.ts';
import { createRegisteredModel, deleteRegisteredModel } from '../../src/operations/registered-model.ts';
import { transitionMlflowStage } from '../../src/operations/transition.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';
import type { StoreTarget } from '../support/store-targets.ts';

const REGISTRY_TABLES = ['registry_models', 'registry_names', 'registry_versions', 'registry_slot_intervals'];

/** What the registry promises about rows that MLflow wrote while we were away. */
export function adoptionSuite(target: StoreTarget): void {
  describe(`adoption on ${target.name}`, () => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps(target);
    });
    afterEach(async () => {
      await deps.close();
    });

    const mlflow = (...statements: string[]) =>
      deps.database.engine.transaction(async (db) => {
        for (const statement of statements) await sql.raw(statement).execute(db);
      });

    /** Versions `from` to `to` of a model, as MLflow writes them. */
    const mlflowVersions = (name: string, from: number, to: number, stage = 'None') =>
      mlflow(`with recursive n(v) as (select ${from} union all select v + 1 from n where v < ${to})
        insert into model_versions (name, version, creation_time, last_updated_time, current_stage, source, status)
        select '${name}', v, 1000 + v, 2000 + v, '${stage}', 's3://b/x', 'READY' from n`);

    const mlflowModel = (name: string, createdAtMs: number) =>
      mlflow(`insert into registered_models (name, creation_time, last_updated_time)
        values ('${name}', ${createdAtMs}, ${createdAtMs})`);

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
    const identity = (name: string) => deps.store.read((reader) => reader.versionRecords.findIdentity(name));
    const record = (name: string, number: number) =>
      deps.store.read((reader) => reader.versionRecords.find(name, number));
    const label = async (name: string, number: number) => {
      const found = (await record(name, number))?.semanticVersion;
      return found ? renderSemanticVersion(found) : null;
    };
    const intervals = async (modelId: string | undefined, slot: Slot) => {
      const rows = await deps.store.read((reader) =>
        reader.slots.listIntervals(modelId ?? '', slot, { after: null, limit: 5000 }),
      );
      return rows.map((row) => [row.version, row.toMs === null ? 'open' : 'closed', row.origin]);
    };
    const backlog = () => deps.store.read((reader) => reader.adoptions.countBacklog());
    const adoptModel = async (name: string) => {
      for await (const _step of adoptionOf(deps, name));
    };
    const finishJob = async () => {
      const job = adoptModels();
      while ((await job.turn(deps)).more);
    };
    /** Our tables as they stand; ids are random, so models are told by their creation time. */
    const ours = async () => {
      const tables = new Map<string, unknown>();
      for (const table of REGISTRY_TABLES) {
        const { rows } = await sql
          .raw(`select * from ${table} order by 1, 2, 3`)
          .execute(deps.database.engine.db);
        tables.set(table, rows);
      }
      return tables;
    };
    const NOTHING = { models: 0, versions: 0, stages: 0, aliases: 0, deletedVersions: 0, deletedModels: 0 };

    describe('of a model with more versions than one unit of work takes', () => {
      beforeEach(async () => {
        await mlflowModel('big', 7);
        await mlflowVersions('big', 1, 1200);
      });

      test('the first change takes only a part, and its number and label come after all that are there', async () => {
        expect((await version('big')).version).toBe(1201);
        expect((await identity('big'))?.adoptedThrough).toBe(500);
        expect(await label('big', 1201)).toBe('1.1200.0');
        expect((await version('big')).version).toBe(1202);
        expect(await label('big', 1202)).toBe('1.1201.0');
      });

      test('labels are the same however far adoption has come', async () => {
        await version('big');
        await adoptModel('big');
        expect((await identity('big'))?.adoptedThrough).toBe(1201);
        const labels = new Set<string | null>();
        for (const number of [1, 500, 501, 999, 1200, 1201]) {
          expect(await label('big', number)).toBe(`1.${number - 1}.0`);
          labels.add(await label('big', number));
        }
        expect(labels.size).toBe(6);
        expect((await version('big')).version).toBe(1202);
        expect(await label('big', 1202)).toBe('1.1201.0');
        expect(await backlog()).toEqual(NOTHING);
      });

      test('a version is changed ahead of its turn, once and with the label that it would have got', async () => {
        const moved = await transitionMlflowStage(deps, LOCAL_ACTOR, {
          name: 'big',
          version: 1100,
          stage: 'Production',
          archiveExisting: false,
        });
        expect(moved.stage).toBe('Production');
        await deleteModelVersion(deps, LOCAL_ACTOR, { name: 'big', version: 1150 });
        expect(await label('big', 1100)).toBe('1.1099.0');
        expect((await record('big', 1150))?.deletedAtMs).not.toBeNull();
        await adoptModel('big');
        const modelId = (await identity('big'))?.modelId;
        expect(await intervals(modelId, 'stage:production')).toEqual([[1100, 'open', 'direct']]);
        expect(await label('big', 1150)).toBe('1.1149.0');
        expect(await label('big', 1151)).toBe('1.1150.0');
        expect(await backlog()).toEqual(NOTHING);
      });

      test('versions that have to leave production are adopted first, and their history says so', async () => {
        await mlflow(`update model_versions set current_stage = 'Production' where version = 900`);
        await transitionMlflowStage(deps, LOCAL_ACTOR, {
          name: 'big',
          version: 1200,
          stage: 'Production',
          archiveExisting: true,
        });
        const modelId = (await identity('big'))?.modelId;
        expect(await intervals(modelId, 'stage:production')).toEqual([
          [1200, 'open', 'direct'],
          [900, 'closed', 'adopted'],
        ]);
        await adoptModel('big');
        expect(await intervals(modelId, 'stage:archived')).toEqual([[900, 'open', 'displaced']]);
      });

      test('stopped in the middle, it goes on where it was and ends the same', async () => {
        await adoptionOf(deps, 'big').next();
        expect((await identity('big'))?.adoptedThrough).toBe(500);
        expect((await backlog()).versions).toBe(700);
        await adoptModel('big');
        expect(await backlog()).toEqual(NOTHING);
        const before = await ours();
        await adoptModel('big');
        expect(await ours()).toEqual(before);
        expect((await intervals((await identity('big'))?.modelId, 'stage:development')).length).toBe(1200);
      });

      test('deleted as a whole, every version leaves its tombstone and no number comes again', async () => {
        await deleteRegisteredModel(deps, LOCAL_ACTOR, 'big');
        const { rows } = await sql<{ n: number }>`select count(*) as n from registry_versions
          where deleted_at_ms is not null`.execute(deps.database.engine.db);
        expect(rows[0]?.n).toBe(1200);
        await model('big');
        expect((await version('big')).version).toBe(1201);
      });

      test('thousands that were archived from outside are closed and opened one by one', async () => {
        await adoptModel('big');
        await mlflow(`update model_versions set current_stage = 'Archived' where version <= 1150`);
        expect((await backlog()).stages).toBe(1150);
        await adoptModel('big');
        const modelId = (await identity('big'))?.modelId;
        const archived = await intervals(modelId, 'stage:archived');
        expect(archived).toHaveLength(1150);
        expect(new Set(archived.map((row) => row[2]))).toEqual(new Set(['outside']));
        const open = (await intervals(modelId, 'stage:development')).filter((row) => row[1] === 'open');
        expect(open).toHaveLength(50);
        expect(await backlog()).toEqual(NOTHING);
      });
    });

    test('an explicit label given while adoption goes on is kept, and later versions follow it', async () => {
      await mlflowModel('m', 7);
      await mlflowVersions('m', 1, 800);
      await version('m');
      await mlflow(`update registry_versions set sem_major = 2, sem_minor = 0 where version = 801`);
      await mlflowVersions('m', 802, 803);
      await adoptModel('m');
      expect([await label('m', 800), await label('m', 801), await label('m', 803)]).toEqual([
        '1.799.0',
        '2.0.0',
        '2.2.0',
      ]);
    });

    test('a stage that left production from outside is closed there and opened where it is', async () => {
      await model('m');
      await version('m');
      await transitionMlflowStage(deps, LOCAL_ACTOR, {
        name: 'm',
        version: 1,
        stage: 'Production',
        archiveExisting: false,
      });
      deps.clock.advance(10);
      await mlflow(`update model_versions set current_stage = 'None' where version = 1`);
      await adoptModel('m');
      const modelId = (await identity('m'))?.modelId;
      expect(await intervals(modelId, 'stage:production')).toEqual([[1, 'closed', 'direct']]);
      expect((await intervals(modelId, 'stage:development'))[0]).toEqual([1, 'open', 'outside']);
    });

    test('a version that was deleted from outside becomes a tombstone, in whatever stage it was', async () => {
      await model('m');
      for (let i = 0; i < 3; i++) await version('m');
      await transitionMlflowStage(deps, LOCAL_ACTOR, {
        name: 'm',
        version: 2,
        stage: 'Staging',
        archiveExisting: false,
      });
      deps.clock.advance(10);
      await mlflow(`update model_versions set current_stage = 'Deleted_Internal' where version in (1, 2)`);
      expect((await backlog()).deletedVersions).toBe(2);
      await adoptModel('m');
      const tombstones = await deps.store.read((reader) =>
        reader.versionRecords.listTombstones('m', { before: null, limit: 9 }),
      );
      expect(tombstones.map((one) => one.version)).toEqual([2, 1]);
      const modelId = (await identity('m'))?.modelId;
      expect(await intervals(modelId, 'stage:staging')).toEqual([[2, 'closed', 'direct']]);
      expect(await backlog()).toEqual(NOTHING);
    });

    test('an alias that was moved, set or deleted from outside is so in its history', async () => {
      await model('m');
      for (let i = 0; i < 2; i++) await version('m');
      await setAlias(deps, LOCAL_ACTOR, { name: 'm', alias: 'champion', version: 1 });
      await setAlias(deps, LOCAL_ACTOR, { name: 'm', alias: 'gone', version: 1 });
      deps.clock.advance(10);
      await mlflow(
        `update registered_model_aliases set version = 2 where alias = 'champion'`,
        `delete from registered_model_aliases where alias = 'gone'`,
        `insert into registered_model_aliases (alias, version, name) values ('new', 1, 'm')`,
      );
      expect((await backlog()).aliases).toBe(3);
      await finishJob();
      const modelId = (await identity('m'))?.modelId;
      expect(await intervals(modelId, aliasSlot('champion'))).toEqual([
        [2, 'open', 'outside'],
        [1, 'closed', 'direct'],
      ]);
      expect(await intervals(modelId, aliasSlot('gone'))).toEqual([[1, 'closed', 'direct']]);
      expect(await intervals(modelId, aliasSlot('new'))).toEqual([[1, 'open', 'outside']]);
      expect(await backlog()).toEqual(NOTHING);
    });

    test('a model that was deleted from outside leaves tombstones, and its name goes on counting', async () => {
      await model('m');
      for (let i = 0; i < 3; i++) await version('m');
      const before = (await identity('m'))?.modelId;
      await mlflow(`delete from model_versions`, `delete from registered_models`);
      expect((await backlog()).deletedModels).toBe(1);
      await finishJob();
      expect(await identity('m')).toBeNull();
      expect((await intervals(before, 'stage:development')).map((row) => row[1])).not.toContain('open');
      expect(await backlog()).toEqual(NOTHING);
      await model('m');
      expect((await version('m')).version).toBe(4);
    });

    test('two models that changed names from outside keep their identities and their history', async () => {
      await model('a');
      deps.clock.advance(5);
      await model('b');
      await version('a');
      const [a, b] = [(await identity('a'))?.modelId, (await identity('b'))?.modelId];
      await mlflow(
        `update registered_models set name = 'c' where name = 'a'`,
        `update registered_models set name = 'a' where name = 'b'`,
        `update registered_models set name = 'b' where name = 'c'`,
      );
      await finishJob();
      expect([(await identity('a'))?.modelId, (await identity('b'))?.modelId]).toEqual([b, a]);
      expect((await record('b', 1))?.deletedAtMs).toBeNull();
      expect(await backlog()).toEqual(NOTHING);
      // Number 1 of the name `a` was given before.
      expect((await version('a')).version).toBe(2);
    });

    test('a name that passed on from outside takes neither identity nor numbering along', async () => {
      await model('prod');
      deps.clock.advance(5);
      await model('next');
      await version('next');
      const [old, next] = [(await identity('prod'))?.modelId, (await identity('next'))?.modelId];
      await mlflow(
        `update registered_models set name = 'was-prod' where name = 'prod'`,
        `update registered_models set name = 'prod' where name = 'next'`,
      );
      expect((await version('prod')).version).toBe(2);
      expect((await identity('prod'))?.modelId).toBe(next);
      await finishJob();
      expect((await identity('was-prod'))?.modelId).toBe(old);
      expect(await backlog()).toEqual(NOTHING);
    });

    test('models created in one millisecond and renamed from outside are told apart by their versions', async () => {
      await mlflowModel('a', 7);
      await mlflowModel('b', 7);
      await mlflowVersions('a', 1, 2);
      await mlflow(`insert into model_versions (name, version, creation_time, current_stage, source, status)
        values ('b', 1, 55, 'None', 's3://b/x', 'READY')`);
      await finishJob();
      const [a, b] = [(await identity('a'))?.modelId, (await identity('b'))?.modelId];
      await mlflow(
        `update registered_models set name = 'x' where name = 'a'`,
        `update registered_models set name = 'y' where name = 'b'`,
      );
      await finishJob();
      expect([(await identity('x'))?.modelId, (await identity('y'))?.modelId]).toEqual([a, b]);
    });

    test('a whole database is adopted once, and a second pass finds nothing to do', async () => {
      for (let i = 0; i < 120; i++) await mlflowModel(`model ${i}`, i);
      await mlflowVersions('model 3', 1, 3, 'Production');
      await mlflowVersions('model 99', 1, 2, 'Archived');
      await mlflow(
        `insert into registered_model_aliases (alias, version, name) values ('champion', 2, 'model 3')`,
      );
      expect(await backlog()).toMatchObject({ models: 120, versions: 5, stages: 0 });
      await finishJob();
      expect(await backlog()).toEqual(NOTHING);
      const before = await ours();
      await finishJob();
      expect(await ours()).toEqual(before);
    });
  });
}
