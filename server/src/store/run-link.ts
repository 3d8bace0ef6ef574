import { sql } from 'kysely';
import type { RunWriter } from '../operations/ports/run.ts';
import type { StoreContext } from './context.ts';
import type { JsonColumn } from './dialect.ts';
import { jsonTableText } from './json-table.ts';

const LINK: readonly JsonColumn[] = [
  ['input_uuid', 'text'],
  ['destination_id', 'text'],
  ['step', 'bigint'],
];

/** The edges from runs to logged models. */
export function modelLinkWriter({
  db,
  dialect,
}: StoreContext): Pick<RunWriter, 'addModelInputs' | 'addModelOutputs'> {
  const link = async (from: 'RUN_INPUT' | 'RUN_OUTPUT', runId: string, json: string) => {
    const to = from === 'RUN_INPUT' ? 'MODEL_INPUT' : 'MODEL_OUTPUT';
    const { rows } = await sql<{ destination_id: string }>`
      insert into inputs (input_uuid, destination_id, step, source_type, source_id, destination_type)
      select l.*, ${sql.lit(from)}, ${runId}, ${sql.lit(to)}
      from ${dialect.jsonTable(sql`${json}`, LINK)} as l where true
      on conflict (source_type, source_id, destination_type, destination_id) do nothing
      returning destination_id`.execute(db);
    return new Set(rows.map((row) => row.destination_id));
  };
  return {
    async addModelInputs(runId, models) {
      if (models.length === 0) return;
      const rows = models.map(({ inputId, modelId }) => [inputId, modelId, 0]);
      await link('RUN_INPUT', runId, jsonTableText(rows));
    },
    async addModelOutputs(runId, models) {
      if (models.length === 0) return [];
      const rows = models.map(({ inputId, modelId, step }) => [inputId, modelId, step]);
      const made = await link('RUN_OUTPUT', runId, jsonTableText(rows));
      return models.filter(({ modelId }) => !made.has(modelId)).map(({ modelId }) => modelId);
    },
  };
}
