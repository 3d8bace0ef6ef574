import { type RawBuilder, sql } from 'kysely';
import { stageSlot } from '../domain/slot.ts';
import { DELETED_STAGE, fromMlflowStage, type MlflowStage } from '../domain/stage.ts';
import type { Seal } from '../domain/version-record.ts';
import type {
  RetainedVersion,
  RetentionReader,
  RetentionWriter,
  VersionKey,
} from '../operations/ports/retention.ts';
import type { StoreContext } from './context.ts';
import type { JsonColumn } from './dialect.ts';
import { jsonTableText } from './json-table.ts';

interface Row {
  readonly model_id: string;
  readonly version: number;
  readonly name: string | null;
  readonly policy_name: string | null;
  readonly current_stage: string | null;
  readonly deprecated: boolean | number;
  readonly seal: string;
  readonly size_bytes: number | bigint | null;
  readonly created_at_ms: number | bigint;
  readonly tagged_at_ms: number | bigint | null;
  readonly used_at_ms: number | bigint | null;
  readonly entered_ms: number | bigint | null;
  readonly changed_ms: number | bigint | null;
  readonly left_ms: number | bigint | null;
  readonly purge_due_ms: number | bigint | null;
  readonly stays: number;
  readonly newer: number;
}

const KEY: readonly JsonColumn[] = [
  ['model_id', 'text'],
  ['version', 'bigint'],
];
const TAGGED: readonly JsonColumn[] = [
  ['name', 'text'],
  ['version', 'bigint'],
];
/** More than any time: it is there now. */
const NOT_LEFT = 9_000_000_000_000_000;

export function retentionReader(context: StoreContext): RetentionReader {
  const { db, dialect, workspace, databaseClock } = context;
  return {
    async databaseNowMs() {
      if (databaseClock !== undefined) return databaseClock();
      if (dialect.nowMs === null) return null;
      const { rows } = await sql<{ now_ms: number | bigint }>`select ${dialect.nowMs} as now_ms`.execute(db);
      return Number(rows[0]?.now_ms ?? 0);
    },
    async scan({ after, limit, countNewer }) {
      const { modelId, version } = after ?? { modelId: '', version: 0 };
      const page = sql`select v.* from registry_versions v
        where (v.model_id, v.version) > (${modelId}, ${version}) order by v.model_id, v.version limit ${limit}`;
      const rows = await rowsOf(context, page, countNewer);
      const last = rows.at(-1);
      return {
        versions: rows.flatMap((row) => toRetained(row)),
        next:
          last === undefined || rows.length < limit
            ? null
            : { modelId: last.model_id, version: last.version },
      };
    },
    async findRetained(keys, countNewer) {
      if (keys.length === 0) return [];
      const page = sql`select v.* from ${dialect.jsonTable(keyTable(keys), KEY)} as k
        cross join registry_versions v where v.model_id = k.model_id and v.version = k.version`;
      return (await rowsOf(context, page, countNewer)).flatMap((row) => toRetained(row));
    },
    async isDueForReview({ modelId, version }) {
      const row = await db
        .selectFrom('registry_reviews as r')
        .innerJoin('registry_slot_intervals as i', (join) =>
          join
            .onRef('i.model_id', '=', 'r.model_id')
            .onRef('i.version', '=', 'r.version')
            .onRef('i.from_ms', '=', 'r.entered_at_ms')
            .on('i.slot', '=', stageSlot('production'))
            .on('i.to_ms', 'is', null),
        )
        .select('r.noted_at_ms')
        .where('r.model_id', '=', modelId)
        .where('r.version', '=', version)
        .executeTakeFirst();
      return row !== undefined;
    },
    async listTags(versions, keys) {
      if (versions.length === 0 || keys.length === 0) return [];
      const asked = sql`${jsonTableText(versions.map(({ modelName, version }) => [modelName, version]))}`;
      const { rows } = await sql<{ name: string; version: number; key: string; value: string | null }>`
        select t.name, t.version, t.key, t.value from ${dialect.jsonTable(asked, TAGGED)} as a
        cross join model_version_tags t
        where t.workspace = ${workspace} and t.name = a.name and t.version = a.version
          and t.key in (${sql.join(keys)})`.execute(db);
      return rows.map(({ name, version, key, value }) => ({
        modelName: name,
        version,
        key,
        value: value ?? '',
      }));
    },
  };
}

export function retentionWriter(context: StoreContext): RetentionWriter {
  const { db } = context;
  return {
    ...retentionReader(context),
    async noteReview({ modelId, version, enteredAtMs }, nowMs) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('registry_reviews')
        .values({ model_id: modelId, version, entered_at_ms: enteredAtMs, noted_at_ms: nowMs })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return Number(numInsertedOrUpdatedRows) === 1;
    },
  };
}

/**
 * The page comes first and alone, so that nothing but it is joined. Times of slots are one pass over their index.
 * SQLite runs a cross join as it is written.
 */
async function rowsOf(
  { db, dialect, workspace }: StoreContext,
  page: RawBuilder<unknown>,
  countNewer: number,
): Promise<readonly Row[]> {
  const newer =
    countNewer === 0
      ? sql.lit(0)
      : sql`(select count(*) from (select 1 from registry_versions n where n.model_id = p.model_id
          and n.version > p.version and n.deleted_at_ms is null limit ${countNewer}) as newer)`;
  const name = dialect.inMlflowCollation(sql.ref('m.name'));
  const { rows } = await sql<Row>`with page as (${page}), slots as (
      select p.model_id, p.version, max(coalesce(i.to_ms, i.from_ms)) as changed_ms,
        max(case when i.to_ms is null and i.slot like 'stage:%' then i.from_ms end) as entered_ms,
        max(case when i.slot = 'stage:production' then coalesce(i.to_ms, ${sql.lit(NOT_LEFT)}) end) as left_ms
      from page p cross join registry_slot_intervals i
      where i.model_id = p.model_id and i.version = p.version group by p.model_id, p.version
    )
    select p.model_id, p.version, m.name, m.policy_name, mv.current_stage, p.deprecated, p.seal, p.size_bytes,
      p.created_at_ms, p.tagged_at_ms, u.used_at_ms, pu.due_at_ms as purge_due_ms, s.changed_ms, s.entered_ms, s.left_ms, ${newer} as newer,
      case when p.deleted_at_ms is null then 1 else 0 end as stays
    from page p
    left join registry_models m on m.model_id = p.model_id and m.workspace = ${workspace}
      and m.deleted_at_ms is null and m.kind = 'model'
    left join model_versions mv on mv.workspace = ${workspace} and mv.name = ${name} and mv.version = p.version
    left join registry_version_uses u on u.model_id = p.model_id and u.version = p.version
    left join registry_purges pu on pu.model_id = p.model_id and pu.version = p.version
    left join slots s on s.model_id = p.model_id and s.version = p.version
    order by p.model_id, p.version`.execute(db);
  return rows;
}

/** Nothing, when it is deleted or not of a living model. */
function toRetained(row: Row): readonly RetainedVersion[] {
  const { name, current_stage: stage } = row;
  if (name === null || stage === null || stage === DELETED_STAGE || row.stays === 0) return [];
  const registeredAtMs = Number(row.created_at_ms);
  const changedAtMs = Number(row.changed_ms ?? 0);
  const touches = [registeredAtMs, changedAtMs, Number(row.tagged_at_ms ?? 0), Number(row.used_at_ms ?? 0)];
  const leftMs = row.left_ms === null ? null : Number(row.left_ms);
  return [
    {
      modelId: row.model_id,
      modelName: name,
      version: row.version,
      assignedPolicy: row.policy_name,
      stage: fromMlflowStage(stage as MlflowStage, Boolean(row.deprecated)),
      seal: row.seal as Seal,
      sizeBytes: Number(row.size_bytes ?? 0),
      registeredAtMs,
      enteredAtMs: Number(row.entered_ms ?? registeredAtMs),
      touchedAtMs: Math.max(...touches),
      leftProductionAtMs: leftMs === NOT_LEFT ? Number.POSITIVE_INFINITY : leftMs,
      purgeDueAtMs: row.purge_due_ms === null ? null : Number(row.purge_due_ms),
      newer: Number(row.newer),
    },
  ];
}

function keyTable(keys: readonly VersionKey[]): RawBuilder<unknown> {
  return sql`${jsonTableText(keys.map(({ modelId, version }) => [modelId, version]))}`;
}
