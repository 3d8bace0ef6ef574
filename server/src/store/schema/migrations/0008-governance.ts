import type { Migration } from './migration.ts';

/** Policies with all their revisions, what was requested under them, who voted how, and what was reported. */
export const governance: Migration = {
  number: 8,
  name: 'governance',
  up: (engine) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    const maybeId = engine === 'postgres' ? 'text COLLATE "C"' : 'text';
    return [...policies(id, maybeId), ...requests(id, maybeId)];
  },
};

function policies(id: string, maybeId: string): string[] {
  return [
    `CREATE TABLE registry_policies (
      workspace ${id},
      name ${id},
      revision integer NOT NULL,
      deleted_at_ms bigint,
      PRIMARY KEY (workspace, name)
    )`,
    `CREATE TABLE registry_policy_revisions (
      workspace ${id},
      name ${id},
      revision integer NOT NULL,
      document text NOT NULL,
      created_at_ms bigint NOT NULL,
      created_by text NOT NULL,
      PRIMARY KEY (workspace, name, revision)
    )`,
    `ALTER TABLE registry_models ADD COLUMN policy_name ${maybeId}`,
    `CREATE INDEX registry_models_policy ON registry_models (policy_name) WHERE policy_name IS NOT NULL`,
  ];
}

function requests(id: string, maybeId: string): string[] {
  return [
    `CREATE TABLE registry_transition_requests (
      request_id ${id} PRIMARY KEY,
      model_id ${id},
      version integer NOT NULL,
      target ${id},
      state text NOT NULL,
      policy_name ${id},
      policy_revision integer NOT NULL,
      reason text,
      digest text,
      evidence_digest text NOT NULL,
      evidence text NOT NULL,
      opened_at_ms bigint NOT NULL,
      expires_at_ms bigint,
      ended_at_ms bigint,
      ended_by ${maybeId},
      end_reason text
    )`,
    // One at a time for a version and where it is to go.
    `CREATE UNIQUE INDEX registry_transition_requests_open
      ON registry_transition_requests (model_id, version, target) WHERE ended_at_ms IS NULL`,
    `CREATE INDEX registry_transition_requests_model ON registry_transition_requests (model_id, request_id DESC)`,
    `CREATE INDEX registry_transition_requests_due
      ON registry_transition_requests (expires_at_ms) WHERE ended_at_ms IS NULL`,
    `CREATE TABLE registry_transition_requesters (
      request_id ${id},
      subject_id ${id},
      at_ms bigint NOT NULL,
      PRIMARY KEY (request_id, subject_id)
    )`,
    `CREATE TABLE registry_votes (
      request_id ${id},
      subject_id ${id},
      decision text NOT NULL,
      comment text,
      digest text,
      evidence_digest text NOT NULL,
      at_ms bigint NOT NULL,
      is_self boolean NOT NULL,
      PRIMARY KEY (request_id, subject_id)
    )`,
    `CREATE TABLE registry_checks (
      model_id ${id},
      version integer NOT NULL,
      name ${id},
      reporter ${id},
      digest text,
      conclusion text NOT NULL,
      details_url text,
      summary text,
      facts text NOT NULL,
      at_ms bigint NOT NULL,
      PRIMARY KEY (model_id, version, name, reporter)
    )`,
  ];
}
