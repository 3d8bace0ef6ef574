import type { Dialect } from '../../dialect.ts';
import type { Migration } from './migration.ts';

/** The first tables of the registry; `registry-tables.ts` says what they hold. */
export const registry: Migration = {
  number: 1,
  name: 'registry',
  up: (engine, nowMs) => [
    ...models(idText(engine)),
    ...versions(idText(engine)),
    ...slotIntervals(idText(engine)),
    ...files(idText(engine)),
    ...housekeeping(idText(engine), nowMs),
  ],
};

/** Text that identifies: ordered by its bytes on both engines. */
function idText(engine: Dialect['engine']): string {
  return engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
}

function models(id: string): string[] {
  return [
    `CREATE TABLE registry_models (
      model_id ${id} PRIMARY KEY,
      workspace ${id},
      name ${id},
      kind text NOT NULL,
      mlflow_created_at_ms bigint,
      adopted_through integer NOT NULL,
      created_at_ms bigint NOT NULL,
      created_by text NOT NULL,
      deleted_at_ms bigint
    )`,
    `CREATE UNIQUE INDEX registry_models_name ON registry_models (workspace, name) WHERE deleted_at_ms IS NULL`,
    `CREATE TABLE registry_names (
      workspace ${id},
      name ${id},
      last_version integer NOT NULL,
      PRIMARY KEY (workspace, name)
    )`,
  ];
}

function versions(id: string): string[] {
  return [
    `CREATE TABLE registry_versions (
      model_id ${id},
      version integer NOT NULL,
      created_at_ms bigint NOT NULL,
      created_by text NOT NULL,
      origin text NOT NULL,
      sem_major integer,
      sem_minor integer,
      sem_patch integer,
      sem_prerelease text,
      deprecated boolean NOT NULL,
      seal text NOT NULL,
      digest text,
      size_bytes bigint,
      sealed_at_ms bigint,
      model_type text,
      data_version text,
      code_version text,
      parent_model text,
      inferred_facts text,
      deleted_at_ms bigint,
      deleted_by text,
      PRIMARY KEY (model_id, version)
    )`,
    `CREATE INDEX registry_versions_semantic ON registry_versions (model_id, sem_major, sem_minor, sem_patch)`,
    `CREATE INDEX registry_versions_deprecated ON registry_versions (model_id, version) WHERE deprecated = true`,
    `CREATE INDEX registry_versions_tombstones ON registry_versions (model_id, version)
      WHERE deleted_at_ms IS NOT NULL`,
    `CREATE INDEX registry_versions_pending ON registry_versions (seal, created_at_ms) WHERE seal = 'pending'`,
  ];
}

function slotIntervals(id: string): string[] {
  return [
    `CREATE TABLE registry_slot_intervals (
      model_id ${id},
      slot ${id},
      version integer NOT NULL,
      from_ms bigint NOT NULL,
      to_ms bigint,
      actor text NOT NULL,
      request_id text,
      reason text,
      forced boolean NOT NULL,
      origin text NOT NULL,
      PRIMARY KEY (model_id, slot, version, from_ms)
    )`,
    // A version holds a slot once at a time.
    `CREATE UNIQUE INDEX registry_slot_intervals_open
      ON registry_slot_intervals (model_id, slot, version) WHERE to_ms IS NULL`,
    `CREATE INDEX registry_slot_intervals_history ON registry_slot_intervals (model_id, slot, from_ms DESC)`,
    `CREATE INDEX registry_slot_intervals_version ON registry_slot_intervals (model_id, version, from_ms)`,
  ];
}

function files(id: string): string[] {
  return [
    `CREATE TABLE registry_manifest_files (
      model_id ${id},
      version integer NOT NULL,
      path ${id},
      size_bytes bigint NOT NULL,
      sha256 text NOT NULL,
      PRIMARY KEY (model_id, version, path)
    )`,
    `CREATE TABLE registry_artifacts (
      path ${id} PRIMARY KEY,
      size_bytes bigint NOT NULL,
      sha256 text NOT NULL,
      fingerprint text NOT NULL,
      uploaded_at_ms bigint NOT NULL,
      uploaded_by text NOT NULL
    )`,
    `CREATE TABLE registry_frozen_paths (
      path ${id},
      model_id ${id},
      version integer NOT NULL,
      kind text NOT NULL,
      PRIMARY KEY (path, model_id, version)
    )`,
    `CREATE INDEX registry_frozen_paths_version ON registry_frozen_paths (model_id, version)`,
  ];
}

function housekeeping(id: string, nowMs: number): string[] {
  return [
    `CREATE TABLE registry_subjects (
      subject_id ${id} PRIMARY KEY,
      kind text NOT NULL,
      display_name text NOT NULL,
      created_at_ms bigint NOT NULL
    )`,
    `INSERT INTO registry_subjects (subject_id, kind, display_name, created_at_ms)
      VALUES ('local', 'local', 'local', ${Math.trunc(nowMs)})`,
    `CREATE TABLE registry_servers (
      server_id ${id} PRIMARY KEY,
      lease_until_ms bigint NOT NULL
    )`,
    `CREATE TABLE registry_idempotency_keys (
      id ${id} PRIMARY KEY,
      body_sha256 text NOT NULL,
      status integer,
      content_type text,
      answer text,
      created_at_ms bigint NOT NULL
    )`,
    `CREATE INDEX registry_idempotency_keys_age ON registry_idempotency_keys (created_at_ms)`,
  ];
}
