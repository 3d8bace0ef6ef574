import type { Migration } from './migration.ts';

/** Who may sign in, with what, and what they were granted. Secrets are here as hashes only. */
export const access: Migration = {
  number: 4,
  name: 'access',
  up: (engine, nowMs) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    const maybeId = engine === 'postgres' ? 'text COLLATE "C"' : 'text';
    return [...subjects(maybeId, nowMs), ...grants(id, maybeId), ...secrets(id)];
  },
};

function subjects(maybeId: string, nowMs: number): string[] {
  return [
    `ALTER TABLE registry_subjects ADD COLUMN name_key ${maybeId}`,
    `ALTER TABLE registry_subjects ADD COLUMN owner_id ${maybeId}`,
    `ALTER TABLE registry_subjects ADD COLUMN issuer ${maybeId}`,
    `ALTER TABLE registry_subjects ADD COLUMN external_id ${maybeId}`,
    `ALTER TABLE registry_subjects ADD COLUMN password_hash text`,
    `ALTER TABLE registry_subjects ADD COLUMN disabled_at_ms bigint`,
    `CREATE UNIQUE INDEX registry_subjects_name ON registry_subjects (name_key)`,
    `CREATE UNIQUE INDEX registry_subjects_identity ON registry_subjects (issuer, external_id)`,
    `CREATE INDEX registry_subjects_owner ON registry_subjects (owner_id)`,
    `INSERT INTO registry_subjects (subject_id, kind, display_name, created_at_ms)
      VALUES ('operator', 'system', 'operator', ${Math.trunc(nowMs)})`,
  ];
}

function grants(id: string, maybeId: string): string[] {
  return [
    `CREATE TABLE registry_subject_groups (
      subject_id ${id},
      group_name ${id},
      PRIMARY KEY (subject_id, group_name)
    )`,
    `CREATE TABLE registry_grants (
      grant_id ${id} PRIMARY KEY,
      subject_id ${maybeId},
      group_name ${maybeId},
      role text NOT NULL,
      resource text NOT NULL,
      pattern text NOT NULL,
      created_at_ms bigint NOT NULL,
      created_by text NOT NULL
    )`,
    `CREATE INDEX registry_grants_subject ON registry_grants (subject_id)`,
    `CREATE INDEX registry_grants_group ON registry_grants (group_name)`,
  ];
}

function secrets(id: string): string[] {
  return [
    `CREATE TABLE registry_api_tokens (
      token_id ${id} PRIMARY KEY,
      subject_id ${id},
      name text NOT NULL,
      secret_sha256 ${id},
      shown_prefix ${id},
      scopes text NOT NULL,
      model_pattern text,
      created_at_ms bigint NOT NULL,
      created_by text NOT NULL,
      expires_at_ms bigint NOT NULL,
      revoked_at_ms bigint,
      last_used_at_ms bigint
    )`,
    `CREATE UNIQUE INDEX registry_api_tokens_secret ON registry_api_tokens (secret_sha256)`,
    `CREATE INDEX registry_api_tokens_subject ON registry_api_tokens (subject_id, created_at_ms)`,
    `CREATE INDEX registry_api_tokens_prefix ON registry_api_tokens (shown_prefix)`,
    `CREATE TABLE registry_sessions (
      secret_sha256 ${id} PRIMARY KEY,
      subject_id ${id},
      created_at_ms bigint NOT NULL,
      expires_at_ms bigint NOT NULL
    )`,
    `CREATE INDEX registry_sessions_subject ON registry_sessions (subject_id)`,
    `CREATE INDEX registry_sessions_age ON registry_sessions (expires_at_ms)`,
  ];
}
