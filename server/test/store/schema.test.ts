import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPostgres } from '../../src/store/dialect.postgres.ts';
import { openSqlite } from '../../src/store/dialect.sqlite.ts';
import type { Engine } from '../../src/store/dialect.ts';
import { DatabaseRefused } from '../../src/store/schema/database-refused.ts';
import { readFacts } from '../../src/store/schema/facts.ts';
import { createMlflowTables } from '../../src/store/schema/mlflow-ddl.ts';
import { prepareDatabase } from '../../src/store/schema/open.ts';
import type { RegistryTables } from '../../src/store/schema/registry-tables.ts';
import { KNOWN_REVISIONS } from '../../src/store/schema/revisions.ts';
import { MLFLOW_STRUCTURE } from '../../src/store/schema/structure.ts';
import { createEmptyPostgresDatabase } from '../support/postgres.ts';

const NOW_MS = 1_790_000_000_000;
const FIRST_WITH_WORKSPACES = '1b5f0d9ad7c1';
const NEWEST = 'dc11669786a5';

/** Every column of our tables as the types have it; the compiler refuses one too many or too few. */
const OUR_COLUMNS = {
  registry_migrations: { number: 1, name: 1, applied_at_ms: 1, works_from: 1 },
  registry_models: {
    policy_name: 1,
    model_id: 1,
    workspace: 1,
    name: 1,
    kind: 1,
    mlflow_created_at_ms: 1,
    adopted_through: 1,
    created_at_ms: 1,
    created_by: 1,
    deleted_at_ms: 1,
  },
  registry_names: { workspace: 1, name: 1, last_version: 1 },
  registry_versions: {
    model_id: 1,
    version: 1,
    created_at_ms: 1,
    created_by: 1,
    origin: 1,
    sem_major: 1,
    sem_minor: 1,
    sem_patch: 1,
    sem_prerelease: 1,
    deprecated: 1,
    seal: 1,
    digest: 1,
    size_bytes: 1,
    sealed_at_ms: 1,
    model_type: 1,
    data_version: 1,
    code_version: 1,
    parent_model: 1,
    inferred_facts: 1,
    deleted_at_ms: 1,
    deleted_by: 1,
    metrics_kept: 1,
    lineage_kept: 1,
    tagged_at_ms: 1,
  },
  registry_slot_intervals: {
    model_id: 1,
    slot: 1,
    version: 1,
    from_ms: 1,
    to_ms: 1,
    actor: 1,
    request_id: 1,
    reason: 1,
    forced: 1,
    origin: 1,
  },
  registry_manifest_files: { model_id: 1, version: 1, path: 1, size_bytes: 1, sha256: 1 },
  registry_artifacts: {
    path: 1,
    size_bytes: 1,
    sha256: 1,
    fingerprint: 1,
    uploaded_at_ms: 1,
    uploaded_by: 1,
  },
  registry_frozen_paths: { path: 1, model_id: 1, version: 1, kind: 1 },
  registry_subjects: {
    subject_id: 1,
    kind: 1,
    display_name: 1,
    created_at_ms: 1,
    name_key: 1,
    owner_id: 1,
    issuer: 1,
    external_id: 1,
    password_hash: 1,
    disabled_at_ms: 1,
  },
  registry_subject_groups: { subject_id: 1, group_name: 1 },
  registry_grants: {
    grant_id: 1,
    subject_id: 1,
    group_name: 1,
    role: 1,
    resource: 1,
    pattern: 1,
    created_at_ms: 1,
    created_by: 1,
  },
  registry_api_tokens: {
    token_id: 1,
    subject_id: 1,
    name: 1,
    secret_sha256: 1,
    shown_prefix: 1,
    scopes: 1,
    model_pattern: 1,
    created_at_ms: 1,
    created_by: 1,
    expires_at_ms: 1,
    revoked_at_ms: 1,
    last_used_at_ms: 1,
  },
  registry_sessions: { secret_sha256: 1, subject_id: 1, created_at_ms: 1, expires_at_ms: 1 },
  registry_audit_events: { event_id: 1, at_ms: 1, action: 1, actor_id: 1, model_name: 1, event: 1 },
  registry_audit_waiting: { entry: 1, event_id: 1 },
  registry_audit_leaves: { seq: 1, event_id: 1 },
  registry_audit_nodes: { level: 1, position: 1, hash: 1 },
  registry_audit_checkpoints: { size: 1, at_ms: 1, note: 1 },
  registry_servers: { server_id: 1, lease_until_ms: 1 },
  registry_idempotency_keys: {
    id: 1,
    body_sha256: 1,
    status: 1,
    content_type: 1,
    answer: 1,
    created_at_ms: 1,
  },
  registry_webhook_deliveries: {
    id: 1,
    workspace: 1,
    webhook_id: 1,
    entity: 1,
    action: 1,
    data: 1,
    occurred_at_ms: 1,
    due_at_ms: 1,
    lease_until_ms: 1,
    attempts: 1,
    failed_at_ms: 1,
    reason: 1,
  },
  registry_policies: { workspace: 1, name: 1, revision: 1, deleted_at_ms: 1 },
  registry_policy_revisions: {
    workspace: 1,
    name: 1,
    revision: 1,
    document: 1,
    created_at_ms: 1,
    created_by: 1,
  },
  registry_transition_requests: {
    request_id: 1,
    model_id: 1,
    version: 1,
    target: 1,
    state: 1,
    policy_name: 1,
    policy_revision: 1,
    reason: 1,
    digest: 1,
    evidence_digest: 1,
    evidence: 1,
    opened_at_ms: 1,
    expires_at_ms: 1,
    ended_at_ms: 1,
    ended_by: 1,
    end_reason: 1,
  },
  registry_transition_requesters: { request_id: 1, subject_id: 1, at_ms: 1 },
  registry_votes: {
    request_id: 1,
    subject_id: 1,
    decision: 1,
    comment: 1,
    digest: 1,
    evidence_digest: 1,
    at_ms: 1,
    is_self: 1,
  },
  registry_checks: {
    model_id: 1,
    version: 1,
    name: 1,
    reporter: 1,
    digest: 1,
    conclusion: 1,
    details_url: 1,
    summary: 1,
    facts: 1,
    at_ms: 1,
  },
  registry_registration_metrics: {
    model_id: 1,
    version: 1,
    source: 1,
    metric: 1,
    value: 1,
    is_nan: 1,
    timestamp_ms: 1,
    step: 1,
  },
  registry_signatures: { model_id: 1, version: 1, signature: 1 },
  registry_holds: {
    hold_id: 1,
    model_id: 1,
    version: 1,
    reason: 1,
    reference: 1,
    placed_by: 1,
    placed_at_ms: 1,
    lifted_by: 1,
    lifted_at_ms: 1,
    lift_reason: 1,
  },
  registry_lineage_edges: {
    workspace: 1,
    downstream: 1,
    upstream: 1,
    kind: 1,
    origin: 1,
    declared_by: 1,
    at_ms: 1,
    downstream_label: 1,
    upstream_label: 1,
  },
  registry_taints: {
    taint_id: 1,
    workspace: 1,
    node: 1,
    dataset: 1,
    digest: 1,
    reason: 1,
    placed_by: 1,
    placed_at_ms: 1,
    lifted_by: 1,
    lifted_at_ms: 1,
    lift_reason: 1,
  },
  registry_version_uses: { model_id: 1, version: 1, used_at_ms: 1 },
  registry_retention_plans: {
    plan_id: 1,
    workspace: 1,
    state: 1,
    made_by: 1,
    made_at_ms: 1,
    digest: 1,
    totals: 1,
    applied_by: 1,
    applied_at_ms: 1,
    override_reason: 1,
    applied_through: 1,
  },
  registry_retention_entries: {
    plan_id: 1,
    list: 1,
    position: 1,
    model_id: 1,
    model_name: 1,
    version: 1,
    action: 1,
    reason: 1,
    bytes: 1,
    outcome: 1,
  },
  registry_retention_schedule: { workspace: 1, next_run_at_ms: 1, last_run: 1 },
  registry_purges: {
    model_id: 1,
    version: 1,
    state: 1,
    reason: 1,
    marked_by: 1,
    marked_at_ms: 1,
    due_at_ms: 1,
    begun_at_ms: 1,
    swept_at_ms: 1,
    freed_bytes: 1,
  },
  registry_run_events: { workspace: 1, sha256: 1, at_ms: 1 },
  registry_reviews: { model_id: 1, version: 1, entered_at_ms: 1, noted_at_ms: 1 },
  registry_score_tables: { sha256: 1, columns: 1, content: 1 },
  registry_verifications: { model_id: 1, version: 1, verified_at_ms: 1, begun_at_ms: 1, damage: 1 },
  registry_model_names: { workspace: 1, name: 1, model_id: 1, from_ms: 1, to_ms: 1 },
  registry_authors: { work: 1, subject_id: 1 },
  registry_client_uploads: { upload_id: 1, path: 1, subject_id: 1, created_at_ms: 1 },
} as const satisfies { [T in keyof RegistryTables]: Record<keyof RegistryTables[T], 1> };

interface Place {
  open(): Engine;
  remove(): Promise<void>;
}

async function sqlitePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-schema-'));
  return {
    open: () => openSqlite(join(folder, 'registry.db')),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function postgresPlace(): Promise<Place> {
  const database = await createEmptyPostgresDatabase();
  return { open: () => openPostgres(database.url), remove: database.drop };
}

describe.each([
  { name: 'sqlite' as const, place: sqlitePlace },
  { name: 'postgres' as const, place: postgresPlace },
])('the schema on $name', ({ name, place: makePlace }) => {
  let place: Place;
  let engine: Engine;
  let messages: string[];

  beforeEach(async () => {
    place = await makePlace();
    engine = place.open();
    messages = [];
  });

  afterEach(async () => {
    await engine.close();
    await place.remove();
  });

  const prepare = (on: Engine = engine, nowMs = NOW_MS) =>
    prepareDatabase(on, {
      nowMs,
      log: { info: () => undefined, warn: (message) => messages.push(message) },
      uri: 'postgresql://farm:geheim@db/registry',
    });

  const run = (...statements: string[]) =>
    engine.transaction(async (db) => {
      for (const statement of statements) await sql.raw(statement).execute(db);
    });

  /** As MLflow itself leaves a database: without anything of ours. */
  const makeMlflow = () => engine.transaction((db) => createMlflowTables(db, name, 5));

  /** The structure, sorted: tables with columns and keys, and indexes. */
  const structure = async () => {
    const { tables, indexes } = await readFacts(engine.db, name);
    return { tables: [...tables].sort(), indexes: [...indexes].sort() };
  };

  test('an empty database becomes one of the newest MLflow, with its first rows', async () => {
    expect(await prepare()).toEqual({ revision: NEWEST, warnings: [] });
    const { tables } = await readFacts(engine.db, name);
    const mlflow = [...tables.keys()].filter((table) => !table.startsWith('registry_'));
    expect(mlflow).toHaveLength(65);
    expect(await engine.db.selectFrom('alembic_version').selectAll().execute()).toEqual([
      { version_num: NEWEST },
    ]);
    expect(await engine.db.selectFrom('workspaces').select('name').execute()).toEqual([{ name: 'default' }]);
    expect(await engine.db.selectFrom('experiments').selectAll().execute()).toEqual([
      {
        experiment_id: 0,
        name: 'Default',
        artifact_location: 'mlflow-artifacts:/0',
        lifecycle_stage: 'active',
        creation_time: NOW_MS,
        last_update_time: NOW_MS,
        workspace: 'default',
      },
    ]);
  });

  test('the first experiment after Default has the id 1', async () => {
    await prepare();
    const inserted = await engine.transaction((db) =>
      db.insertInto('experiments').values({ name: 'barn' }).returning('experiment_id').execute(),
    );
    expect(inserted).toEqual([{ experiment_id: 1 }]);
  });

  test('the actor of a server without authentication is a known subject', async () => {
    await prepare();
    const subjects = engine.db.selectFrom('registry_subjects').selectAll().orderBy('subject_id');
    expect(await subjects.execute()).toEqual([
      expect.objectContaining({
        subject_id: 'local',
        kind: 'local',
        display_name: 'local',
        created_at_ms: NOW_MS,
        name_key: null,
        password_hash: null,
      }),
      expect.objectContaining({ subject_id: 'operator', kind: 'system', name_key: null }),
    ]);
  });

  test('preparing again changes nothing', async () => {
    await prepare();
    const before = await structure();
    expect(await prepare(engine, NOW_MS + 1)).toEqual({ revision: NEWEST, warnings: [] });
    expect(await structure()).toEqual(before);
    const applied = await engine.db.selectFrom('registry_migrations').selectAll().execute();
    expect(applied.slice(0, 2)).toEqual([
      { number: 1, name: 'registry', applied_at_ms: NOW_MS, works_from: null },
      { number: 2, name: 'webhook-deliveries', applied_at_ms: NOW_MS, works_from: null },
    ]);
    expect(applied.at(-1)).toMatchObject({ works_from: 19 });
  });

  test('a database that MLflow made ends with the structure of a fresh one', async () => {
    const other = await makePlace();
    const fresh = other.open();
    await prepare(fresh);
    const { tables, indexes } = await readFacts(fresh.db, name);
    await fresh.close();
    await other.remove();
    await makeMlflow();
    await prepare();
    expect(await structure()).toEqual({ tables: [...tables].sort(), indexes: [...indexes].sort() });
  });

  test('what MLflow wrote stays, and so does its revision', async () => {
    await makeMlflow();
    await run(`UPDATE alembic_version SET version_num = '${FIRST_WITH_WORKSPACES}'`);
    expect(await prepare()).toEqual({ revision: FIRST_WITH_WORKSPACES, warnings: [] });
    expect(await engine.db.selectFrom('alembic_version').selectAll().execute()).toEqual([
      { version_num: FIRST_WITH_WORKSPACES },
    ]);
    const [experiment] = await engine.db.selectFrom('experiments').select('creation_time').execute();
    expect(experiment).toEqual({ creation_time: 5 });
  });

  test('an index that an older MLflow has not is made, and is not doubled where it has', async () => {
    await makeMlflow();
    await run('DROP INDEX idx_model_version_tags_workspace_name_version');
    await prepare();
    const { indexes } = await readFacts(engine.db, name);
    expect(indexes).toContain('registry_model_version_tags_version');
    expect(indexes).not.toContain('registry_registered_model_tags_name');
  });

  test('an index of ours that an upgrade of MLflow dropped is back after the next start', async () => {
    await prepare();
    const before = await structure();
    await run('DROP INDEX registry_model_versions_stage');
    await prepare();
    expect(await structure()).toEqual(before);
  });

  test('the experiment Default is made when a migrated database has none', async () => {
    await makeMlflow();
    await run('DELETE FROM experiments');
    await prepare();
    const found = await engine.db.selectFrom('experiments').select(['experiment_id', 'name']).execute();
    expect(found).toEqual([{ experiment_id: 0, name: 'Default' }]);
  });

  test('a revision that was never tried is opened with a warning when the tables fit', async () => {
    await makeMlflow();
    await run(`UPDATE alembic_version SET version_num = 'f00dfeed0001'`);
    const { warnings } = await prepare();
    expect(warnings).toEqual([expect.stringContaining('revision f00dfeed0001')]);
    expect(messages).toEqual(warnings);
  });

  test('a database older than 3.10 is refused with the revision and the upgrade to run', async () => {
    await makeMlflow();
    await run(
      'DROP INDEX idx_experiments_workspace',
      'DROP INDEX idx_experiments_workspace_creation_time',
      'ALTER TABLE experiments RENAME COLUMN workspace TO room',
      `UPDATE alembic_version SET version_num = 'bf29a5ff90ea'`,
    );
    const before = await structure();
    await expect(prepare()).rejects.toThrow(
      'This database is of an MLflow older than 3.10 (revision bf29a5ff90ea of MLflow 3.7): take a backup, run ' +
        '`mlflow db upgrade postgresql://farm@db/registry` with MLflow 3.10 or newer, and start again.',
    );
    expect(await structure()).toEqual(before);
  });

  test('a future MLflow whose tables demand more than we know is refused', async () => {
    await makeMlflow();
    await run(
      'DROP TABLE latest_metrics',
      'CREATE TABLE latest_metrics (key text NOT NULL, stripe text NOT NULL)',
      `UPDATE alembic_version SET version_num = 'f00dfeed0001'`,
    );
    await expect(prepare()).rejects.toThrow(
      /latest_metrics has no column value.*newer release of the registry/,
    );
  });

  test('a database of something else is refused and left as it is', async () => {
    await run('CREATE TABLE hens (id integer)', 'CREATE TABLE eggs (id integer)');
    await expect(prepare()).rejects.toThrow(DatabaseRefused);
    await expect(prepare()).rejects.toThrow('it has other tables (eggs, hens) and no alembic_version');
    expect((await structure()).tables.map(([table]) => table)).toEqual(['eggs', 'hens']);
  });

  test('a database that a newer release used is refused', async () => {
    await prepare();
    await run(`INSERT INTO registry_migrations VALUES (999, 'tomorrow', 1, NULL)`);
    await expect(prepare()).rejects.toThrow(/newer release of the registry \(migration 999 tomorrow/);
    await run(`UPDATE registry_migrations SET works_from = 999 WHERE number = 999`);
    await expect(prepare()).rejects.toThrow(/newer release of the registry \(migration 999 tomorrow/);
  });

  test('a database to which a newer release only added is worked with, and this is said', async () => {
    await prepare();
    await run(
      'ALTER TABLE registry_versions ADD COLUMN flavour text',
      'CREATE TABLE registry_tomorrow (id integer)',
      `INSERT INTO registry_migrations VALUES (999, 'tomorrow', 1, 19)`,
    );
    const warned: string[] = [];
    const log = { info: () => undefined, warn: (text: string) => void warned.push(text) };
    await expect(prepareDatabase(engine, { nowMs: NOW_MS, log })).resolves.toMatchObject({
      revision: NEWEST,
    });
    expect(warned).toEqual([
      'A newer release of the registry was here (migration 999 tomorrow); this one works beside it.',
    ]);
  });

  test('a database of a release before it was said who works with it is brought up', async () => {
    await prepare();
    await run(
      `DELETE FROM registry_migrations WHERE number = 19`,
      'ALTER TABLE registry_migrations DROP COLUMN works_from',
    );
    await prepare();
    const rows = await engine.db
      .selectFrom('registry_migrations')
      .selectAll()
      .where('number', '>=', 18)
      .execute();
    expect(rows.map(({ number, works_from: from }) => [number, from])).toEqual([
      [18, null],
      [19, 19],
    ]);
  });

  test('a start that fails half-way leaves an empty database empty', async () => {
    await run('CREATE VIEW registry_versions AS SELECT 1 AS one');
    await expect(prepare()).rejects.toThrow();
    expect((await structure()).tables).toEqual([]);
    await run('DROP VIEW registry_versions');
    await expect(prepare()).resolves.toMatchObject({ revision: NEWEST });
  });

  test('the tables that we make have every column and key that we count on', async () => {
    await prepare();
    const { tables } = await readFacts(engine.db, name);
    for (const [table, { columns, key }] of Object.entries(MLFLOW_STRUCTURE)) {
      const found = tables.get(table);
      expect(
        found?.columns.map((column) => column.name),
        table,
      ).toEqual(expect.arrayContaining([...columns]));
      expect(found?.key, table).toEqual([...key]);
    }
  });

  test('our tables have exactly the columns of their types', async () => {
    await prepare();
    const { tables } = await readFacts(engine.db, name);
    const ours = [...tables].filter(([table]) => table.startsWith('registry_'));
    const columns = ours.map(([table, facts]) => [table, facts.columns.map((column) => column.name).sort()]);
    const wanted = Object.entries(OUR_COLUMNS).map(([table, names]) => [table, Object.keys(names).sort()]);
    expect(Object.fromEntries(columns)).toEqual(Object.fromEntries(wanted));
  });

  test('two living models never share a name, a deleted one leaves it free', async () => {
    await prepare();
    const add = (modelId: string, deletedAtMs: number | null) =>
      engine.transaction((db) =>
        db
          .insertInto('registry_models')
          .values({
            model_id: modelId,
            workspace: 'default',
            name: 'layer-count',
            kind: 'model',
            adopted_through: 0,
            created_at_ms: 1,
            created_by: 'local',
            deleted_at_ms: deletedAtMs,
          })
          .execute(),
      );
    await add('a', 7);
    await add('b', null);
    await add('c', 8);
    await expect(add('d', null)).rejects.toSatisfy(engine.dialect.isUniqueViolation);
  });

  test('identifiers in our tables sort by their bytes', async () => {
    await prepare();
    const names = ['b', 'B', 'a_', 'a', 'ä', 'A-'];
    await engine.transaction((db) =>
      db
        .insertInto('registry_names')
        .values(names.map((each) => ({ workspace: 'default', name: each, last_version: 1 })))
        .execute(),
    );
    const rows = await engine.db.selectFrom('registry_names').select('name').orderBy('name').execute();
    expect(rows.map((row) => row.name)).toEqual(['A-', 'B', 'a', 'a_', 'b', 'ä']);
  });
});

test('the revisions known to fit begin with workspaces and end with the newest tested', () => {
  const revisions = [...KNOWN_REVISIONS];
  expect([revisions[0], revisions.at(-1)]).toEqual([FIRST_WITH_WORKSPACES, NEWEST]);
});
