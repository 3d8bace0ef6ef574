import type { AdoptionReader, AdoptionWriter } from './ports/adoption.ts';
import type { AliasReader, AliasWriter } from './ports/alias.ts';
import type { ApiTokenReader, ApiTokenWriter } from './ports/api-token.ts';
import type { ArtifactStore } from './ports/artifact-store.ts';
import type { Attempts, VerifiedPasswords } from './ports/attempts.ts';
import type { AuditReader, AuditWriter } from './ports/audit.ts';
import type { AuditSigner } from './ports/audit-signer.ts';
import type { AuthorReader, AuthorWriter } from './ports/author.ts';
import type { BacklogReader } from './ports/backlog.ts';
import type { CheckReader, CheckWriter } from './ports/check.ts';
import type { CheckpointSink } from './ports/checkpoint-sink.ts';
import type { ClientUploadReader, ClientUploadWriter } from './ports/client-upload.ts';
import type { Clock } from './ports/clock.ts';
import type { DatasetReader, DatasetWriter } from './ports/dataset.ts';
import type { Digests } from './ports/digests.ts';
import type { Egress } from './ports/egress.ts';
import type { ExperimentReader, ExperimentWriter } from './ports/experiment.ts';
import type { GovernanceSettings } from './ports/governance.ts';
import type { GrantReader, GrantWriter } from './ports/grant.ts';
import type { HoldReader, HoldWriter } from './ports/hold.ts';
import type { IdempotencyReader, IdempotencyWriter } from './ports/idempotency.ts';
import type { IdentityProvider } from './ports/identity-provider.ts';
import type { Ids } from './ports/ids.ts';
import type { LineageReader, LineageWriter } from './ports/lineage.ts';
import type { LoggedModelReader, LoggedModelWriter } from './ports/logged-model.ts';
import type { MetricReader, MetricWriter } from './ports/metric.ts';
import type { ModelVersionReader, ModelVersionWriter } from './ports/model-version.ts';
import type { Passwords } from './ports/passwords.ts';
import type { PolicyReader, PolicyWriter } from './ports/policy.ts';
import type { PurgeReader, PurgeWriter } from './ports/purge.ts';
import type { Refusals } from './ports/refusals.ts';
import type { RegisteredModelReader, RegisteredModelWriter } from './ports/registered-model.ts';
import type { RegistrationMetricReader, RegistrationMetricWriter } from './ports/registration-metric.ts';
import type { RetentionReader, RetentionWriter } from './ports/retention.ts';
import type { RetentionKeeperReader } from './ports/retention-keeper.ts';
import type { RetentionPlanReader, RetentionPlanWriter } from './ports/retention-plan.ts';
import type { RetentionSettings } from './ports/retention-settings.ts';
import type { RunReader, RunWriter } from './ports/run.ts';
import type { ScoreTableReader, ScoreTableWriter } from './ports/score-table.ts';
import type { SealReader, SealWriter } from './ports/seal.ts';
import type { ServerLeaseReader, ServerLeaseWriter } from './ports/server-lease.ts';
import type { SessionReader, SessionWriter } from './ports/session.ts';
import type { SignInRules } from './ports/sign-in.ts';
import type { SignatureReader, SignatureWriter } from './ports/signature.ts';
import type { SlotReader, SlotWriter } from './ports/slot.ts';
import type { SubjectReader, SubjectWriter } from './ports/subject.ts';
import type { TaintReader, TaintWriter } from './ports/taint.ts';
import type { PoolState, Telemetry } from './ports/telemetry.ts';
import type { TransitionRequestReader, TransitionRequestWriter } from './ports/transition-request.ts';
import type { Uses } from './ports/uses.ts';
import type { VerificationReader, VerificationWriter } from './ports/verification.ts';
import type { VersionRecordReader, VersionRecordWriter } from './ports/version-record.ts';
import type { VersionUseReader, VersionUseWriter } from './ports/version-use.ts';
import type { WebhookReader, WebhookSecrets, WebhookSettings, WebhookWriter } from './ports/webhook.ts';
import type { WebhookDeliveryReader, WebhookDeliveryWriter } from './ports/webhook-delivery.ts';
import type { Yaml } from './ports/yaml.ts';

/** What a read unit of work can ask. */
export interface Reader {
  readonly registeredModels: RegisteredModelReader;
  readonly modelVersions: ModelVersionReader;
  readonly aliases: AliasReader;
  readonly versionRecords: VersionRecordReader;
  readonly adoptions: AdoptionReader;
  readonly slots: SlotReader;
  readonly seals: SealReader;
  readonly clientUploads: ClientUploadReader;
  readonly serverLeases: ServerLeaseReader;
  readonly experiments: ExperimentReader;
  readonly runs: RunReader;
  readonly metrics: MetricReader;
  readonly datasets: DatasetReader;
  readonly loggedModels: LoggedModelReader;
  readonly idempotency: IdempotencyReader;
  readonly webhooks: WebhookReader;
  readonly webhookDeliveries: WebhookDeliveryReader;
  readonly policies: PolicyReader;
  readonly transitionRequests: TransitionRequestReader;
  readonly checks: CheckReader;
  readonly registrationMetrics: RegistrationMetricReader;
  readonly signatures: SignatureReader;
  readonly holds: HoldReader;
  readonly lineage: LineageReader;
  readonly taints: TaintReader;
  readonly versionUses: VersionUseReader;
  readonly purges: PurgeReader;
  readonly retention: RetentionReader;
  readonly retentionKeepers: RetentionKeeperReader;
  readonly retentionPlans: RetentionPlanReader;
  readonly scoreTables: ScoreTableReader;
  readonly verifications: VerificationReader;
  readonly authors: AuthorReader;
  readonly subjects: SubjectReader;
  readonly grants: GrantReader;
  readonly apiTokens: ApiTokenReader;
  readonly sessions: SessionReader;
  readonly audit: AuditReader;
  readonly backlog: BacklogReader;
}

/** What a write unit of work can do; it can read, too, and sees its own writes. */
export interface Writer extends Reader {
  readonly registeredModels: RegisteredModelWriter;
  readonly modelVersions: ModelVersionWriter;
  readonly aliases: AliasWriter;
  readonly versionRecords: VersionRecordWriter;
  readonly adoptions: AdoptionWriter;
  readonly slots: SlotWriter;
  readonly seals: SealWriter;
  readonly clientUploads: ClientUploadWriter;
  readonly serverLeases: ServerLeaseWriter;
  readonly experiments: ExperimentWriter;
  readonly runs: RunWriter;
  readonly metrics: MetricWriter;
  readonly datasets: DatasetWriter;
  readonly loggedModels: LoggedModelWriter;
  readonly idempotency: IdempotencyWriter;
  readonly webhooks: WebhookWriter;
  readonly webhookDeliveries: WebhookDeliveryWriter;
  readonly policies: PolicyWriter;
  readonly transitionRequests: TransitionRequestWriter;
  readonly checks: CheckWriter;
  readonly registrationMetrics: RegistrationMetricWriter;
  readonly signatures: SignatureWriter;
  readonly holds: HoldWriter;
  readonly lineage: LineageWriter;
  readonly taints: TaintWriter;
  readonly versionUses: VersionUseWriter;
  readonly purges: PurgeWriter;
  readonly retention: RetentionWriter;
  readonly retentionPlans: RetentionPlanWriter;
  readonly scoreTables: ScoreTableWriter;
  readonly verifications: VerificationWriter;
  readonly authors: AuthorWriter;
  readonly subjects: SubjectWriter;
  readonly grants: GrantWriter;
  readonly apiTokens: ApiTokenWriter;
  readonly sessions: SessionWriter;
  readonly audit: AuditWriter;
}

/**
 * The database. Kept by the suites in `test/suites`, on SQLite in memory, SQLite file and PostgreSQL.
 *
 * Opening a unit of work inside another is an error. A write's callback may run twice (serialization
 * retry), so nothing outside the database happens in it. All of a write's changes commit together or not
 * at all. Throws `unavailable` when the database does not answer.
 */
export interface Store {
  read<T>(fn: (reader: Reader) => Promise<T>): Promise<T>;
  write<T>(fn: (writer: Writer) => Promise<T>): Promise<T>;
  /**
   * As long as it stays the same, nobody has committed a change since it was asked for first, neither this program
   * nor another one on the same database. Null when that cannot be told at once.
   */
  changeMark(): number | null;
  /** How its connections are doing; asks nobody. */
  pools(): readonly PoolState[];
  /** Rejects with `unavailable` when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What operations are given; compose.ts fills it once. */
export interface Deps {
  readonly store: Store;
  readonly artifacts: ArtifactStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digests: Digests;
  readonly yaml: Yaml;
  readonly passwords: Passwords;
  readonly attempts: Attempts;
  readonly verified: VerifiedPasswords;
  readonly tokenUses: Uses;
  /** Paths of files that were fetched. */
  readonly fileUses: Uses;
  readonly refusals: Refusals;
  readonly signInRules: SignInRules;
  readonly governance: GovernanceSettings;
  readonly retention: RetentionSettings;
  /** Null: accounts are those of this registry. */
  readonly identityProvider: IdentityProvider | null;
  readonly auditSigner: AuditSigner;
  /** Null: checkpoints stay in the database only. */
  readonly checkpointSink: CheckpointSink | null;
  readonly telemetry: Telemetry;
  /** Which process this is. */
  readonly serverId: string;
  readonly egress: Egress;
  readonly webhooks: WebhookSettings;
  readonly webhookSecrets: WebhookSecrets;
}
