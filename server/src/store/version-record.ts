import { sql } from 'kysely';
import type { Int64 } from '../domain/int64.ts';
import type { ModelIdentity } from '../domain/version-record.ts';
import type { VersionRecordReader, VersionRecordWriter } from '../operations/ports/version-record.ts';
import { hotLookup, hotWrite, type StoreContext } from './context.ts';
import type { JsonColumn } from './dialect.ts';
import { jsonTableText } from './json-table.ts';
import { identityWriter } from './model-identity.ts';
import { modelNameReader } from './model-name.ts';
import { findNumbering } from './version-numbering.ts';
import { toParentJson, toVersionRecord } from './version-record-rows.ts';

interface IdentityRow {
  readonly model_id: string;
  readonly name: string;
  readonly adopted_through: number;
  readonly mlflow_created_at_ms: Int64 | null;
}

const findIdentityRow = hotLookup<{ workspace: string; name: string }, IdentityRow>(
  (_dialect, value) => sql`select model_id, name, adopted_through, mlflow_created_at_ms from registry_models
    where workspace = ${value('workspace')} and name = ${value('name')} and deleted_at_ms is null`,
);

const NAMED: readonly JsonColumn[] = [
  ['name', 'text'],
  ['version', 'bigint'],
];

interface RecordValues {
  readonly modelId: string;
  readonly version: number;
  readonly createdAtMs: Int64;
  readonly createdBy: string;
  readonly origin: string;
  readonly major: number | null;
  readonly minor: number | null;
  readonly patch: number | null;
  readonly prerelease: string | null;
  readonly deprecated: boolean;
  readonly seal: string;
  readonly digest: string | null;
  readonly sizeBytes: Int64 | null;
  readonly sealedAtMs: Int64 | null;
  readonly modelType: string | null;
  readonly dataVersion: string | null;
  readonly codeVersion: string | null;
  readonly parent: string | null;
  readonly inferred: string;
  readonly deletedAtMs: Int64 | null;
}

const insertRecord = hotWrite<RecordValues>(
  (
    _dialect,
    value,
  ) => sql`insert into registry_versions (model_id, version, created_at_ms, created_by, origin,
      sem_major, sem_minor, sem_patch, sem_prerelease, deprecated, seal, digest, size_bytes, sealed_at_ms,
      model_type, data_version, code_version, parent_model, inferred_facts, deleted_at_ms, metrics_kept, lineage_kept)
    values (${value('modelId')}, ${value('version')}, ${value('createdAtMs')}, ${value('createdBy')},
      ${value('origin')}, ${value('major')}, ${value('minor')}, ${value('patch')}, ${value('prerelease')},
      ${value('deprecated')}, ${value('seal')}, ${value('digest')}, ${value('sizeBytes')},
      ${value('sealedAtMs')}, ${value('modelType')}, ${value('dataVersion')}, ${value('codeVersion')},
      ${value('parent')}, ${value('inferred')}, ${value('deletedAtMs')}, ${sql.lit(true)}, ${sql.lit(true)})`,
);

const raiseAdoptedThrough = hotWrite<{ modelId: string; version: number }>(
  (_dialect, value) => sql`update registry_models set adopted_through = ${value('version')}
    where model_id = ${value('modelId')} and adopted_through < ${value('version')}`,
);

const setTagged = hotWrite<{ workspace: string; name: string; version: number; nowMs: number }>(
  (_dialect, value) => sql`update registry_versions set tagged_at_ms = ${value('nowMs')}
    where version = ${value('version')} and model_id = (select model_id from registry_models
      where workspace = ${value('workspace')} and name = ${value('name')} and deleted_at_ms is null)`,
);

interface VersionName {
  readonly name: string;
  readonly version: number;
}

/** The digests of sealed versions that have files: without files all are the same. */
async function listDigests(
  { db, dialect, workspace }: StoreContext,
  versions: readonly VersionName[],
): Promise<ReadonlyMap<string, string>> {
  if (versions.length === 0) return new Map();
  const asked = sql`${jsonTableText(versions.map(({ name, version }) => [name, version]))}`;
  const { rows } = await sql<{ name: string; version: number; digest: string }>`
    select rm.name, rv.version, rv.digest from ${dialect.jsonTable(asked, NAMED)} as a
    cross join registry_models rm cross join registry_versions rv
    where rm.workspace = ${workspace} and rm.name = a.name and rm.deleted_at_ms is null
      and rv.model_id = rm.model_id and rv.version = a.version and rv.digest is not null and rv.size_bytes > 0`.execute(
    db,
  );
  return new Map(rows.map(({ name, version, digest }) => [`${name}/${version}`, digest]));
}

async function listDeprecated(
  { db, workspace }: StoreContext,
  versions: readonly VersionName[],
): Promise<VersionName[]> {
  if (versions.length === 0) return [];
  return db
    .selectFrom('registry_models as rm')
    .innerJoin('registry_versions as rv', 'rv.model_id', 'rm.model_id')
    .select(['rm.name', 'rv.version'])
    .where('rm.workspace', '=', workspace)
    .where('rm.deleted_at_ms', 'is', null)
    .where('rv.deprecated', '=', sql.lit(true))
    .where(
      'rm.name',
      'in',
      versions.map(({ name }) => name),
    )
    .where(
      'rv.version',
      'in',
      versions.map(({ version }) => version),
    )
    .execute();
}

export function versionRecordReader(context: StoreContext): VersionRecordReader {
  const { db, workspace } = context;
  const ofName = (name: string) =>
    db
      .selectFrom('registry_models as rm')
      .innerJoin('registry_versions as rv', 'rv.model_id', 'rm.model_id')
      .where('rm.workspace', '=', workspace)
      .where('rm.name', '=', name)
      .where('rm.deleted_at_ms', 'is', null);
  return {
    async findIdentity(name) {
      const [row] = await findIdentityRow(context, { workspace, name });
      return row === undefined ? null : toIdentity(row);
    },
    async find(name, version) {
      const row = await ofName(name).selectAll('rv').where('rv.version', '=', version).executeTakeFirst();
      return row === undefined ? null : toVersionRecord(row);
    },
    async list(name, versions) {
      if (versions.length === 0) return new Map();
      const rows = await ofName(name)
        .selectAll('rv')
        .where('rv.version', 'in', [...versions])
        .execute();
      return new Map(rows.map((row) => [row.version, toVersionRecord(row)]));
    },
    async listOfModel(modelId, versions) {
      if (versions.length === 0) return new Map();
      const rows = await db
        .selectFrom('registry_versions')
        .selectAll()
        .where('model_id', '=', modelId)
        .where('version', 'in', [...new Set(versions)])
        .execute();
      return new Map(rows.map((row) => [row.version, toVersionRecord(row)]));
    },
    async namesOf(modelIds) {
      if (modelIds.length === 0) return new Map();
      const rows = await db
        .selectFrom('registry_models')
        .select(['model_id', 'name'])
        .where('workspace', '=', workspace)
        .where('model_id', 'in', [...modelIds])
        .execute();
      return new Map(rows.map((row) => [row.model_id, row.name]));
    },
    listDigests: (versions) => listDigests(context, versions),
    listDeprecated: (versions) => listDeprecated(context, versions),
    async listTombstones(name, { before, limit }) {
      const rows = await ofName(name)
        .selectAll('rv')
        .where('rv.deleted_at_ms', 'is not', null)
        .$if(before !== null, (query) => query.where('rv.version', '<', before ?? 0))
        .orderBy('rv.version', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toVersionRecord);
    },
    async findBySemanticVersion(name, label) {
      const row = await ofName(name)
        .select('rv.version')
        .where('rv.sem_major', '=', label.major)
        .where('rv.sem_minor', '=', label.minor)
        .where('rv.sem_patch', '=', label.patch)
        .where('rv.sem_prerelease', '=', label.prerelease)
        .executeTakeFirst();
      return row?.version ?? null;
    },
    findNumbering: (name, slot) => findNumbering(context, name, slot),
    ...modelNameReader(context),
  };
}

export function versionRecordWriter(context: StoreContext): VersionRecordWriter {
  const { db, workspace } = context;
  const one = (modelId: string, version: number) =>
    db.updateTable('registry_versions').where('model_id', '=', modelId).where('version', '=', version);
  return {
    ...versionRecordReader(context),
    ...identityWriter(context),
    async raiseLastNumberOfName(name, lastNumber) {
      await sql`insert into registry_names (workspace, name, last_version)
        values (${workspace}, ${name}, ${lastNumber})
        on conflict (workspace, name) do update set last_version = excluded.last_version
        where excluded.last_version > registry_names.last_version`.execute(db);
    },
    async insert(record) {
      const { semanticVersion: label, facts } = record;
      await insertRecord(context, {
        modelId: record.modelId,
        version: record.version,
        createdAtMs: record.createdAtMs,
        createdBy: record.createdBy,
        origin: record.origin,
        major: label?.major ?? null,
        minor: label?.minor ?? null,
        patch: label?.patch ?? null,
        prerelease: label?.prerelease ?? null,
        deprecated: record.deprecated,
        seal: record.seal,
        digest: record.digest,
        sizeBytes: record.sizeBytes,
        sealedAtMs: record.seal === 'sealed' ? record.createdAtMs : null,
        modelType: facts.modelType,
        dataVersion: facts.dataVersion,
        codeVersion: facts.codeVersion,
        parent: toParentJson(facts.parent),
        inferred: JSON.stringify(record.inferredFacts),
        deletedAtMs: record.deletedAtMs,
      });
    },
    async raiseAdoptedThrough(modelId, version) {
      await raiseAdoptedThrough(context, { modelId, version });
    },
    async setDeprecated(modelId, version, deprecated) {
      await one(modelId, version).set({ deprecated }).execute();
    },
    async setTagged(name, version, nowMs) {
      await setTagged(context, { workspace, name, version, nowMs });
    },
    async setFacts(modelId, version, facts) {
      await one(modelId, version)
        .set({
          model_type: facts.modelType,
          data_version: facts.dataVersion,
          code_version: facts.codeVersion,
          parent_model: toParentJson(facts.parent),
        })
        .execute();
    },
    async setSeal(modelId, version, { seal, digest, sizeBytes, nowMs }) {
      const sealedAtMs = seal === 'sealed' ? nowMs : null;
      await one(modelId, version)
        .set({ seal, digest, size_bytes: sizeBytes, sealed_at_ms: sealedAtMs })
        .execute();
    },
    async tombstone(modelId, version, nowMs, deletedBy) {
      await one(modelId, version).set({ deleted_at_ms: nowMs, deleted_by: deletedBy }).execute();
    },
  };
}

function toIdentity(row: IdentityRow): ModelIdentity {
  return {
    modelId: row.model_id,
    name: row.name,
    adoptedThrough: row.adopted_through,
    mlflowCreatedAtMs: row.mlflow_created_at_ms,
  };
}
