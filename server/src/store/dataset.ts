import { sql } from 'kysely';
import { datasetKey } from '../domain/dataset.ts';
import { lastTagPerKey } from '../domain/tag.ts';
import type { DatasetReader, DatasetWriter } from '../operations/ports/dataset.ts';
import type { StoreContext } from './context.ts';
import type { JsonColumn } from './dialect.ts';
import { jsonTableText } from './json-table.ts';

interface SummaryRow {
  readonly experiment_id: number;
  readonly name: string;
  readonly digest: string;
  readonly context: string | null;
}

const REF: readonly JsonColumn[] = [
  ['name', 'text'],
  ['digest', 'text'],
];

const DATASET: readonly JsonColumn[] = [
  ['dataset_uuid', 'text'],
  ...REF,
  ['dataset_source_type', 'text'],
  ['dataset_source', 'text'],
  ['dataset_schema', 'text'],
  ['dataset_profile', 'text'],
];

const INPUT: readonly JsonColumn[] = [
  ['input_uuid', 'text'],
  ['source_id', 'text'],
];

const INPUT_TAG: readonly JsonColumn[] = [
  ['input_uuid', 'text'],
  ['name', 'text'],
  ['value', 'text'],
];

/** MLflow: the tag of an input that says what the dataset was used for. */
const CONTEXT_TAG = 'mlflow.data.context';

export function datasetReader({ db, dialect, workspace }: StoreContext): DatasetReader {
  return {
    async listSummaries(experimentIds, limit) {
      if (experimentIds.length === 0) return [];
      const { rows } = await sql<SummaryRow>`
        select distinct d.experiment_id, d.name, d.digest, t.value as context from datasets d
        join experiments e on e.experiment_id = d.experiment_id and e.workspace = ${workspace}
        join inputs i on i.source_id = d.dataset_uuid and i.source_type = 'DATASET' and i.destination_type = 'RUN'
        left join input_tags t on t.input_uuid = i.input_uuid and t.name = ${CONTEXT_TAG}
        where d.experiment_id in (${sql.join(experimentIds)})
        order by d.experiment_id, d.name, d.digest, t.value limit ${limit}`.execute(db);
      return rows.map(({ experiment_id: experimentId, ...row }) => ({ experimentId, ...row }));
    },
    async findIds(experimentId, datasets) {
      if (datasets.length === 0) return new Map();
      const refs = sql`${jsonTableText(datasets.map(({ name, digest }) => [name, digest]))}`;
      const { rows } = await sql<{ name: string; digest: string; dataset_uuid: string }>`
        select d.name, d.digest, d.dataset_uuid from ${dialect.jsonTable(refs, REF)} as ref
        join datasets d on d.experiment_id = ${experimentId} and d.name = ref.name and d.digest = ref.digest`.execute(
        db,
      );
      return new Map(rows.map((row) => [datasetKey(row), row.dataset_uuid]));
    },
  };
}

export function datasetWriter(context: StoreContext): DatasetWriter {
  const { db, dialect } = context;
  return {
    ...datasetReader(context),
    async add(experimentId, datasets) {
      if (datasets.length === 0) return;
      const rows = sql`${jsonTableText(
        datasets.map((set) => [
          set.datasetId,
          set.name,
          set.digest,
          set.sourceType,
          set.source,
          set.schema,
          set.profile,
        ]),
      )}`;
      await sql`
        insert into datasets (dataset_uuid, name, digest, dataset_source_type, dataset_source, dataset_schema,
          dataset_profile, experiment_id)
        select d.*, cast(${experimentId} as integer) from ${dialect.jsonTable(rows, DATASET)} as d where true
        on conflict (experiment_id, name, digest) do nothing`.execute(db);
    },
    async link(runId, inputs) {
      if (inputs.length === 0) return;
      const edges = sql`${jsonTableText(inputs.map(({ inputId, datasetId }) => [inputId, datasetId]))}`;
      await sql`
        insert into inputs (input_uuid, source_id, source_type, destination_type, destination_id)
        select i.*, 'DATASET', 'RUN', ${runId} from ${dialect.jsonTable(edges, INPUT)} as i where true
        on conflict (source_type, source_id, destination_type, destination_id) do nothing`.execute(db);
      const tags = inputs.flatMap(({ inputId, tags }) =>
        lastTagPerKey(tags).map(({ key, value }) => [inputId, key, value]),
      );
      // Only edges that were made just now have the ids given here; others keep their tags.
      await sql`
        insert into input_tags (input_uuid, name, value)
        select t.* from ${dialect.jsonTable(sql`${jsonTableText(tags)}`, INPUT_TAG)} as t
        where exists (select 1 from inputs i where i.input_uuid = t.input_uuid)`.execute(db);
    },
  };
}
