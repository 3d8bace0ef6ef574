import { type RawBuilder, sql } from 'kysely';
import type { Experiment } from '../domain/experiment.ts';
import type { Int64 } from '../domain/int64.ts';
import type { LifecycleStage } from '../domain/lifecycle.ts';
import type { Dialect } from './dialect.ts';
import { keyValueLists, toTags } from './key-value-rows.ts';

/** A row of `experiments` with its tags as JSON text. */
export interface ExperimentRow {
  readonly experiment_id: number;
  readonly name: string;
  readonly workspace: string;
  readonly artifact_location: string | null;
  readonly lifecycle_stage: string | null;
  readonly creation_time: Int64 | null;
  readonly last_update_time: Int64 | null;
  readonly tags: string;
}

/** The columns of a whole experiment, `e` being its row. */
export function wholeExperiment(dialect: Dialect): RawBuilder<unknown> {
  const tags = keyValueLists(
    dialect,
    sql`select t.key, t.value from experiment_tags t where t.experiment_id = e.experiment_id`,
  );
  return sql`e.experiment_id, e.name, e.workspace, e.artifact_location, e.lifecycle_stage, e.creation_time,
    e.last_update_time, ${tags} as tags`;
}

/** Row → domain. */
export function toExperiment(row: ExperimentRow): Experiment {
  return {
    experimentId: row.experiment_id,
    name: row.name,
    workspace: row.workspace,
    artifactLocation: row.artifact_location,
    lifecycleStage: (row.lifecycle_stage ?? 'active') as LifecycleStage,
    createdAtMs: row.creation_time,
    updatedAtMs: row.last_update_time,
    tags: toTags(row.tags),
  };
}
