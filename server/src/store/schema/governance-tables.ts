/** Our tables about who lets what happen, on what evidence. */
import type { Int64 } from '../../domain/int64.ts';
import type { BooleanColumn, Fixed } from './columns.ts';

/** The newest revision of a policy; its revisions stay when it is deleted. */
interface RegistryPoliciesTable {
  workspace: Fixed<string>;
  name: Fixed<string>;
  revision: number;
  deleted_at_ms: Int64 | null;
}

interface RegistryPolicyRevisionsTable {
  workspace: Fixed<string>;
  name: Fixed<string>;
  revision: Fixed<number>;
  /** JSON, as it was written. */
  document: Fixed<string>;
  created_at_ms: Fixed<Int64>;
  created_by: Fixed<string>;
}

/** What was asked for under a policy; `ended_at_ms` null while it may still happen. */
interface RegistryTransitionRequestsTable {
  request_id: Fixed<string>;
  model_id: Fixed<string>;
  version: Fixed<number>;
  target: Fixed<string>;
  state: string;
  policy_name: Fixed<string>;
  policy_revision: Fixed<number>;
  reason: Fixed<string | null>;
  digest: string | null;
  evidence_digest: string;
  /** JSON. */
  evidence: string;
  opened_at_ms: Fixed<Int64>;
  expires_at_ms: Fixed<Int64 | null>;
  ended_at_ms: Int64 | null;
  ended_by: string | null;
  end_reason: string | null;
}

interface RegistryTransitionRequestersTable {
  request_id: Fixed<string>;
  subject_id: Fixed<string>;
  at_ms: Fixed<Int64>;
}

/** The newest word of each voter. */
interface RegistryVotesTable {
  request_id: Fixed<string>;
  subject_id: Fixed<string>;
  decision: string;
  comment: string | null;
  digest: string | null;
  evidence_digest: string;
  at_ms: Int64;
  is_self: BooleanColumn;
}

/** What was reported of a version from outside, the newest of each reporter. */
interface RegistryChecksTable {
  model_id: Fixed<string>;
  version: Fixed<number>;
  name: Fixed<string>;
  reporter: Fixed<string>;
  digest: string | null;
  conclusion: string;
  details_url: string | null;
  summary: string | null;
  /** JSON. */
  facts: string;
  at_ms: Int64;
}

/** The latest points of a version's run and logged model when it was registered; values as MLflow stores them. */
interface RegistryRegistrationMetricsTable {
  model_id: Fixed<string>;
  version: Fixed<number>;
  source: Fixed<'run' | 'model'>;
  metric: Fixed<string>;
  value: Fixed<number>;
  is_nan: Fixed<boolean>;
  timestamp_ms: Fixed<Int64>;
  step: Fixed<Int64>;
}

/** What a version takes and gives, of its sealed `MLmodel`. */
interface RegistrySignaturesTable {
  model_id: Fixed<string>;
  version: Fixed<number>;
  /** JSON. */
  signature: Fixed<string>;
}

interface RegistryVerificationsTable {
  model_id: string;
  version: number;
  verified_at_ms: Int64;
  /** When somebody began to read it last. */
  begun_at_ms: Int64;
  damage: string | null;
}

/** What a file of scores by sample says. */
interface RegistryScoreTablesTable {
  sha256: Fixed<string>;
  /** JSON: the names of the columns of samples and scores. */
  columns: Fixed<string>;
  /** JSON. */
  content: Fixed<string>;
}

interface RegistryHoldsTable {
  hold_id: Fixed<string>;
  model_id: Fixed<string>;
  /** Null: the whole model. */
  version: Fixed<number | null>;
  reason: Fixed<string>;
  reference: Fixed<string | null>;
  placed_by: Fixed<string>;
  placed_at_ms: Fixed<Int64>;
  lifted_by: string | null;
  lifted_at_ms: Int64 | null;
  lift_reason: string | null;
}

interface RegistryLineageEdgesTable {
  workspace: Fixed<string>;
  downstream: Fixed<string>;
  upstream: Fixed<string>;
  kind: Fixed<string>;
  origin: Fixed<string>;
  declared_by: Fixed<string>;
  at_ms: Fixed<Int64>;
  downstream_label: Fixed<string | null>;
  upstream_label: Fixed<string | null>;
}

interface RegistryTaintsTable {
  taint_id: Fixed<string>;
  workspace: Fixed<string>;
  /** In the graph. */
  node: Fixed<string>;
  dataset: Fixed<string>;
  digest: Fixed<string>;
  reason: Fixed<string>;
  placed_by: Fixed<string>;
  placed_at_ms: Fixed<Int64>;
  lifted_by: string | null;
  lifted_at_ms: Int64 | null;
  lift_reason: string | null;
}

interface RegistryVersionUsesTable {
  model_id: string;
  version: number;
  used_at_ms: Int64;
}

/** What a run of retention would do, and did. */
interface RegistryRetentionPlansTable {
  plan_id: Fixed<string>;
  workspace: Fixed<string>;
  state: string;
  made_by: Fixed<string>;
  made_at_ms: Fixed<Int64>;
  digest: string | null;
  /** JSON. */
  totals: string | null;
  applied_by: string | null;
  applied_at_ms: Int64 | null;
  override_reason: string | null;
  applied_through: number;
}

interface RegistryRetentionEntriesTable {
  plan_id: Fixed<string>;
  list: Fixed<string>;
  position: Fixed<number>;
  model_id: Fixed<string>;
  /** As the model was called when it was planned. */
  model_name: Fixed<string>;
  version: Fixed<number>;
  action: Fixed<string>;
  reason: Fixed<string>;
  bytes: Fixed<Int64>;
  outcome: string | null;
}

interface RegistryRetentionScheduleTable {
  workspace: Fixed<string>;
  next_run_at_ms: Int64;
  /** JSON. */
  last_run: string | null;
}

/** Of which stays in production somebody was told that they have lasted too long. */
interface RegistryReviewsTable {
  model_id: Fixed<string>;
  version: Fixed<number>;
  entered_at_ms: Fixed<Int64>;
  noted_at_ms: Fixed<Int64>;
}

interface RegistryPurgesTable {
  model_id: Fixed<string>;
  version: Fixed<number>;
  state: string;
  reason: Fixed<string>;
  marked_by: Fixed<string>;
  marked_at_ms: Fixed<Int64>;
  due_at_ms: Fixed<Int64>;
  /** When the version was deleted. */
  begun_at_ms: Int64 | null;
  /** When its files were gone. */
  swept_at_ms: Int64 | null;
  freed_bytes: Int64 | null;
}

interface RegistryRunEventsTable {
  workspace: Fixed<string>;
  /** Of the event's text. */
  sha256: Fixed<string>;
  at_ms: Fixed<Int64>;
}

/** These tables by name. */
export interface GovernanceTables {
  registry_policies: RegistryPoliciesTable;
  registry_policy_revisions: RegistryPolicyRevisionsTable;
  registry_transition_requests: RegistryTransitionRequestsTable;
  registry_transition_requesters: RegistryTransitionRequestersTable;
  registry_votes: RegistryVotesTable;
  registry_checks: RegistryChecksTable;
  registry_registration_metrics: RegistryRegistrationMetricsTable;
  registry_signatures: RegistrySignaturesTable;
  registry_verifications: RegistryVerificationsTable;
  registry_score_tables: RegistryScoreTablesTable;
  registry_holds: RegistryHoldsTable;
  registry_lineage_edges: RegistryLineageEdgesTable;
  registry_taints: RegistryTaintsTable;
  registry_version_uses: RegistryVersionUsesTable;
  registry_retention_plans: RegistryRetentionPlansTable;
  registry_retention_entries: RegistryRetentionEntriesTable;
  registry_retention_schedule: RegistryRetentionScheduleTable;
  registry_reviews: RegistryReviewsTable;
  registry_purges: RegistryPurgesTable;
  registry_run_events: RegistryRunEventsTable;
}
