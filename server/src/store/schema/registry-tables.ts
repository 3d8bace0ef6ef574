/**
 * Our own tables. They refer to models by `model_id` and version number, never by name. Times are
 * milliseconds since 1970. What has a home in MLflow's tables (description, tags, aliases, stage) is not here.
 */
import type { Generated } from 'kysely';
import type { Int64 } from '../../domain/int64.ts';
import type { BooleanColumn, Fixed } from './columns.ts';
import type { GovernanceTables } from './governance-tables.ts';

/** Which of our migrations this database has seen. */
interface RegistryMigrationsTable {
  number: Fixed<number>;
  name: Fixed<string>;
  applied_at_ms: Fixed<Int64>;
  /** See `Migration.worksFrom`. */
  works_from: Generated<number | null>;
}

/** One row a registered model, also the deleted ones; a living name is unique in its workspace. */
interface RegistryModelsTable {
  model_id: Fixed<string>;
  workspace: string;
  name: string;
  kind: 'model' | 'prompt';
  /** `registered_models.creation_time`: recognises a model that was renamed from outside. */
  mlflow_created_at_ms: Int64 | null;
  /** Greatest version number that has a row in `registry_versions`; greater ones came from outside. */
  adopted_through: number;
  created_at_ms: Int64;
  created_by: string;
  deleted_at_ms: Int64 | null;
  /** The policy that was assigned to it. */
  policy_name: string | null;
}

/** The greatest version number that a name ever had, kept for names that lost their model. */
interface RegistryNamesTable {
  workspace: string;
  name: string;
  last_version: number;
}

/** The facts of a version that MLflow has no home for; a row with `deleted_at_ms` is the tombstone. */
interface RegistryVersionsTable {
  model_id: Fixed<string>;
  version: Fixed<number>;
  created_at_ms: Int64;
  created_by: string;
  /** Through which door the version came, or `outside` when MLflow wrote it. */
  origin: string;
  sem_major: number | null;
  sem_minor: number | null;
  sem_patch: number | null;
  sem_prerelease: string | null;
  /** Valid only while MLflow's stage says Archived. */
  deprecated: BooleanColumn;
  seal: 'open' | 'pending' | 'sealed' | 'impossible';
  /** `sha256:` and 64 hex digits, when sealed. */
  digest: string | null;
  size_bytes: Int64 | null;
  sealed_at_ms: Int64 | null;
  model_type: string | null;
  data_version: string | null;
  code_version: string | null;
  /** JSON. */
  parent_model: string | null;
  /** JSON list of the names of facts that were inferred and not given. */
  inferred_facts: string | null;
  deleted_at_ms: Int64 | null;
  deleted_by: string | null;
  /** Whether `registry_registration_metrics` has what was measured when it was registered. */
  metrics_kept: BooleanColumn;
  lineage_kept: BooleanColumn;
  /** When a tag of it changed last. */
  tagged_at_ms: Int64 | null;
}

/** Which version held a slot (`stage:production`, `alias:champion`) when: `from_ms <= t < to_ms`. */
interface RegistrySlotIntervalsTable {
  model_id: Fixed<string>;
  slot: Fixed<string>;
  version: Fixed<number>;
  from_ms: Fixed<Int64>;
  to_ms: Int64 | null;
  actor: string;
  request_id: string | null;
  reason: string | null;
  forced: BooleanColumn;
  origin: string;
}

/** The manifest of a version: its files, paths relative to its source. */
interface RegistryManifestFilesTable {
  model_id: Fixed<string>;
  version: Fixed<number>;
  path: Fixed<string>;
  size_bytes: Int64;
  sha256: string;
}

/** Every file that came through us, by its logical path below the artifact root. */
interface RegistryArtifactsTable {
  path: Fixed<string>;
  size_bytes: Int64;
  sha256: string;
  /** The artifact store's mark of this content: size and modification time, or the ETag. */
  fingerprint: string;
  uploaded_at_ms: Int64;
  uploaded_by: string;
}

/** Paths that a registered version froze: nothing at, below or above them may change. */
interface RegistryFrozenPathsTable {
  path: Fixed<string>;
  model_id: Fixed<string>;
  version: Fixed<number>;
  kind: 'tree';
}

/** Everyone who ever acted; `subject_id` stays, the name may change or be erased. */
interface RegistrySubjectsTable {
  subject_id: Fixed<string>;
  kind: string;
  display_name: string;
  created_at_ms: Int64;
  /** The name as it is compared; null for those who are nobody's account. */
  name_key: string | null;
  /** Whoever answers for a service account. */
  owner_id: string | null;
  /** With `external_id`: who it is at an identity provider. */
  issuer: string | null;
  external_id: string | null;
  /** PHC string of argon2id; null: no password. */
  password_hash: string | null;
  disabled_at_ms: Int64 | null;
}

/** The groups that an identity provider named when it last spoke of the subject. */
interface RegistrySubjectGroupsTable {
  subject_id: Fixed<string>;
  group_name: Fixed<string>;
}

/** Roles on names; of a subject or of a group. */
interface RegistryGrantsTable {
  grant_id: Fixed<string>;
  subject_id: Fixed<string | null>;
  group_name: Fixed<string | null>;
  role: Fixed<string>;
  resource: Fixed<'model' | 'experiment'>;
  pattern: Fixed<string>;
  created_at_ms: Fixed<Int64>;
  created_by: Fixed<string>;
}

/** Secrets that stand for a subject, as hashes. */
interface RegistryApiTokensTable {
  token_id: Fixed<string>;
  subject_id: Fixed<string>;
  name: Fixed<string>;
  secret_sha256: Fixed<string>;
  shown_prefix: Fixed<string>;
  /** Parted by commas. */
  scopes: Fixed<string>;
  model_pattern: Fixed<string | null>;
  created_at_ms: Fixed<Int64>;
  created_by: Fixed<string>;
  expires_at_ms: Fixed<Int64>;
  revoked_at_ms: Int64 | null;
  last_used_at_ms: Int64 | null;
}

/** Who is signed in with a browser. */
interface RegistrySessionsTable {
  secret_sha256: Fixed<string>;
  subject_id: Fixed<string>;
  created_at_ms: Fixed<Int64>;
  expires_at_ms: Fixed<Int64>;
}

/** What happened; never changed, never deleted. */
interface RegistryAuditEventsTable {
  event_id: Fixed<string>;
  at_ms: Fixed<Int64>;
  action: Fixed<string>;
  actor_id: Fixed<string | null>;
  model_name: Fixed<string | null>;
  /** RFC 8785 form of the event: the data of its leaf. The columns before repeat it for searches. */
  event: Fixed<string>;
}

/** Events that have no place in the tree yet, in the order in which they came; a trigger fills it. */
interface RegistryAuditWaitingTable {
  entry: Generated<Int64>;
  event_id: Fixed<string>;
}

/** The place of each event, from 0 without gaps. */
interface RegistryAuditLeavesTable {
  seq: Fixed<Int64>;
  event_id: Fixed<string>;
}

/** The complete subtrees (domain/merkle-tree.ts). */
interface RegistryAuditNodesTable {
  level: Fixed<number>;
  position: Fixed<Int64>;
  hash: Fixed<string>;
}

/** Signed notes, one line a size and time. */
interface RegistryAuditCheckpointsTable {
  size: Fixed<Int64>;
  at_ms: Fixed<Int64>;
  note: Fixed<string>;
}

/** The servers on this database; one whose lease has lapsed is gone. */
interface RegistryServersTable {
  server_id: Fixed<string>;
  lease_until_ms: Int64;
}

/** Requests that came with a key; the last three are NULL until the request is answered. */
interface RegistryIdempotencyKeysTable {
  /** SHA-256 of actor, method, path and key. */
  id: Fixed<string>;
  body_sha256: Fixed<string>;
  created_at_ms: Fixed<Int64>;
  status: number | null;
  content_type: string | null;
  answer: string | null;
}

/** What waits to be sent to webhooks, and, with `failed_at_ms`, what was given up. */
interface RegistryWebhookDeliveriesTable {
  id: Generated<Int64>;
  workspace: Fixed<string>;
  /** MLflow's `webhooks.webhook_id`. */
  webhook_id: Fixed<string>;
  entity: Fixed<string>;
  action: Fixed<string>;
  /** JSON. */
  data: Fixed<string>;
  occurred_at_ms: Fixed<Int64>;
  due_at_ms: Int64;
  /** Until then the delivery is somebody's; 0: nobody's. */
  lease_until_ms: Int64;
  /** Begun so far. */
  attempts: number;
  failed_at_ms: Int64 | null;
  /** Why it was given up. */
  reason: string | null;
}

/** Which model had which name when; `to_ms` null while it has. */
interface RegistryModelNamesTable {
  workspace: Fixed<string>;
  name: Fixed<string>;
  model_id: Fixed<string>;
  from_ms: Fixed<Int64>;
  to_ms: Int64 | null;
}

/** Who made what (`domain/author.ts`). */
interface RegistryAuthorsTable {
  work: Fixed<string>;
  subject_id: Fixed<string>;
}

/** Uploads in parts that clients send to the artifact store itself, and that are under way. */
interface RegistryClientUploadsTable {
  /** The artifact store's. */
  upload_id: Fixed<string>;
  /** Logical path below the artifact root. */
  path: Fixed<string>;
  /** Who began it. */
  subject_id: Fixed<string>;
  created_at_ms: Fixed<Int64>;
}

/** Our tables by name. */
export interface RegistryTables extends GovernanceTables {
  registry_migrations: RegistryMigrationsTable;
  registry_models: RegistryModelsTable;
  registry_names: RegistryNamesTable;
  registry_versions: RegistryVersionsTable;
  registry_slot_intervals: RegistrySlotIntervalsTable;
  registry_manifest_files: RegistryManifestFilesTable;
  registry_artifacts: RegistryArtifactsTable;
  registry_frozen_paths: RegistryFrozenPathsTable;
  registry_subjects: RegistrySubjectsTable;
  registry_subject_groups: RegistrySubjectGroupsTable;
  registry_grants: RegistryGrantsTable;
  registry_api_tokens: RegistryApiTokensTable;
  registry_sessions: RegistrySessionsTable;
  registry_audit_events: RegistryAuditEventsTable;
  registry_audit_waiting: RegistryAuditWaitingTable;
  registry_audit_leaves: RegistryAuditLeavesTable;
  registry_audit_nodes: RegistryAuditNodesTable;
  registry_audit_checkpoints: RegistryAuditCheckpointsTable;
  registry_servers: RegistryServersTable;
  registry_idempotency_keys: RegistryIdempotencyKeysTable;
  registry_webhook_deliveries: RegistryWebhookDeliveriesTable;
  registry_client_uploads: RegistryClientUploadsTable;
  registry_authors: RegistryAuthorsTable;
  registry_model_names: RegistryModelNamesTable;
}
