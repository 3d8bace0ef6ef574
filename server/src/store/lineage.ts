import { sql } from 'kysely';
import { CONTEXT_TAG, EVALUATION_CONTEXTS } from '../domain/dataset.ts';
import type { EdgeKind } from '../domain/lineage.ts';
import type { EdgeOrigin, KeptEdge } from '../domain/lineage-edge.ts';
import type { LineageReader, LineageWriter } from '../operations/ports/lineage.ts';
import { hotInsert, hotWrite, type StoreContext } from './context.ts';
import type { JsonColumn } from './dialect.ts';
import { type JsonCell, jsonTableText } from './json-table.ts';

interface EdgeRow {
  readonly upstream: string;
  readonly downstream: string;
  readonly kind: string;
  readonly origin: string;
  readonly declared_by: string;
  readonly at_ms: number | bigint;
  readonly upstream_label: string | null;
  readonly downstream_label: string | null;
}

const EDGE: readonly JsonColumn[] = [
  ['downstream', 'text'],
  ['upstream', 'text'],
  ['kind', 'text'],
  ['origin', 'text'],
  ['declared_by', 'text'],
  ['at_ms', 'bigint'],
  ['downstream_label', 'text'],
  ['upstream_label', 'text'],
];
const COLUMNS = sql.raw(
  'downstream, upstream, kind, origin, declared_by, at_ms, downstream_label, upstream_label',
);

const keepEdges = hotInsert<{ workspace: string }>({
  table: 'registry_lineage_edges',
  columns: EDGE,
  same: { workspace: 'workspace' },
  ending: sql`on conflict do nothing`,
});

interface RunEdges {
  readonly workspace: string;
  readonly runId: string;
  readonly by: string;
  readonly atMs: number;
}

const addOfRun = hotWrite<RunEdges>((_dialect, value) => {
  const said = sql`'inferred', ${value('by')}, cast(${value('atMs')} as bigint)`;
  const row = (downstream: string, upstream: string, kind: ReturnType<typeof sql>) =>
    sql`select ${value('workspace')}, ${sql.raw(downstream)}, ${sql.raw(upstream)}, ${kind}, ${said}`;
  const evaluated = sql`case when exists (select 1 from input_tags t where t.input_uuid = i.input_uuid
    and t.name = ${sql.lit(CONTEXT_TAG)} and lower(t.value) in (${sql.join(EVALUATION_CONTEXTS.map((one) => sql.lit(one)))}))
    then 'evaluated_on' else 'trained_on' end`;
  return sql`insert into registry_lineage_edges (workspace, downstream, upstream, kind, origin, declared_by, at_ms)
    ${row(`'run:' || i.destination_id`, `'dataset:' || d.name || '@' || d.digest`, evaluated)}
      from inputs i join datasets d on d.dataset_uuid = i.source_id
      where i.source_type = 'DATASET' and i.destination_type = 'RUN' and i.destination_id = ${value('runId')}
    union all ${row(`'logged_model:' || i.destination_id`, `'run:' || i.source_id`, sql`'produced'`)}
      from inputs i
      where i.source_type = 'RUN_OUTPUT' and i.source_id = ${value('runId')} and i.destination_type = 'MODEL_OUTPUT'
    union all ${row(`'run:' || i.source_id`, `'logged_model:' || i.destination_id`, sql`'derived_from'`)}
      from inputs i
      where i.source_type = 'RUN_INPUT' and i.source_id = ${value('runId')} and i.destination_type = 'MODEL_INPUT'
    union all ${row(`'run:' || t.run_uuid`, `'code:' || t.value`, sql`'built_by'`)}
      from tags t where t.run_uuid = ${value('runId')} and t.key = 'mlflow.source.git.commit' and t.value <> ''
    union all ${row(`'run:' || t.run_uuid`, `'run:' || t.value`, sql`'derived_from'`)}
      from tags t where t.run_uuid = ${value('runId')} and t.key = 'mlflow.parentRunId' and t.value <> ''
    on conflict do nothing`;
});

// SQLite: a cross join is run as it is written; else it may look at every edge for each step.
export function lineageReader({ db, workspace }: StoreContext): LineageReader {
  return {
    async walk({ start, direction, depth, kinds, asOfMs, limit }) {
      const [near, far] =
        direction === 'upstream'
          ? (['downstream', 'upstream'] as const)
          : (['upstream', 'downstream'] as const);
      const fits = sql`${kinds === null ? sql`true` : kinds.length === 0 ? sql`1 = 0` : sql`e.kind in (${sql.join(kinds)})`}
        and ${asOfMs === null ? sql`true` : sql`e.at_ms <= ${asOfMs}`}`;
      const edge = sql.raw(
        'e.downstream, e.upstream, e.kind, e.origin, e.declared_by, e.at_ms, e.downstream_label, e.upstream_label',
      );
      const { rows } = await sql<EdgeRow>`with recursive walk as (
          select ${edge}, 1 as depth from registry_lineage_edges e
            where e.workspace = ${workspace} and e.${sql.ref(near)} = ${start} and ${fits}
          union
          select ${edge}, w.depth + 1 from walk w cross join registry_lineage_edges e
            where e.workspace = ${workspace} and e.${sql.ref(near)} = w.${sql.ref(far)}
              and w.depth < ${depth} and ${fits}
        ) select ${COLUMNS} from walk limit ${limit}`.execute(db);
      return rows.map(toEdge);
    },
    async listVersionsBelow(node, limit) {
      const { rows } = await sql<{ node: string }>`with recursive below(node) as (
          select e.downstream from registry_lineage_edges e
            where e.workspace = ${workspace} and e.upstream = ${node}
          union
          select e.downstream from below b cross join registry_lineage_edges e
            where e.workspace = ${workspace} and e.upstream = b.node
        ) select node from below where node like 'model_version:%' order by node limit ${limit}`.execute(db);
      return rows.map((row) => row.node);
    },
    async listUntraced(limit) {
      return (
        db
          .selectFrom('registry_versions as v')
          .innerJoin('registry_models as m', 'm.model_id', 'v.model_id')
          .select(['v.model_id as modelId', 'm.name as modelName', 'v.version'])
          // Written out, so that PostgreSQL sees that the partial index serves.
          .where('v.lineage_kept', '=', sql.lit(false))
          .where('m.workspace', '=', workspace)
          .orderBy('v.created_at_ms')
          .limit(limit)
          .execute()
      );
    },
  };
}

export function lineageWriter(context: StoreContext): LineageWriter {
  const { db, dialect, workspace } = context;
  return {
    ...lineageReader(context),
    async add(edges) {
      if (edges.length === 0) return 0;
      const rows = edges.map(toCells);
      const { rows: made } = await sql<{ kind: string }>`
        insert into registry_lineage_edges (workspace, ${COLUMNS})
        select ${workspace}, e.* from ${dialect.jsonTable(sql`${jsonTableText(rows)}`, EDGE)} as e where true
        on conflict (workspace, downstream, upstream, kind) do nothing returning kind`.execute(db);
      return made.length;
    },
    async keep(edges) {
      if (edges.length > 0) await keepEdges(context, { workspace }, edges.map(toCells));
    },
    async addOfRun(runId, { by, atMs }) {
      await addOfRun(context, { workspace, runId, by, atMs });
    },
    async noteRunEvent(sha256, nowMs) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('registry_run_events')
        .values({ workspace, sha256, at_ms: nowMs })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return Number(numInsertedOrUpdatedRows) === 1;
    },
    async setTraced(modelId, version) {
      await db
        .updateTable('registry_versions')
        .set({ lineage_kept: true })
        .where('model_id', '=', modelId)
        .where('version', '=', version)
        .execute();
    },
  };
}

/** In the order of `EDGE`. */
function toCells(edge: KeptEdge): JsonCell[] {
  const { downstream, upstream, kind, origin, declaredBy, atMs, downstreamLabel, upstreamLabel } = edge;
  return [downstream, upstream, kind, origin, declaredBy, atMs, downstreamLabel, upstreamLabel];
}

function toEdge(row: EdgeRow): KeptEdge {
  return {
    upstream: row.upstream,
    downstream: row.downstream,
    kind: row.kind as EdgeKind,
    origin: row.origin as EdgeOrigin,
    declaredBy: row.declared_by,
    atMs: Number(row.at_ms),
    upstreamLabel: row.upstream_label,
    downstreamLabel: row.downstream_label,
  };
}
