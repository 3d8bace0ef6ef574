import { sql } from 'kysely';
import { defaultArtifactLocation } from '../domain/experiment.ts';
import { lastTagPerKey } from '../domain/tag.ts';
import type { ExperimentReader, ExperimentWriter } from '../operations/ports/experiment.ts';
import { hotStatement, type StoreContext } from './context.ts';
import { type ExperimentRow, toExperiment, wholeExperiment } from './experiment-rows.ts';
import { searchExperiments } from './experiment-search.ts';

const findExperiment = hotStatement<{ workspace: string; id: number }, ExperimentRow>(
  (dialect, value) => sql`select ${wholeExperiment(dialect)} from experiments e
    where e.workspace = ${value('workspace')} and e.experiment_id = ${value('id')}`,
);

const findExperimentByName = hotStatement<{ workspace: string; name: string }, ExperimentRow>(
  (dialect, value) => sql`select ${wholeExperiment(dialect)} from experiments e
    where e.workspace = ${value('workspace')} and e.name = ${value('name')}`,
);

export function experimentReader(context: StoreContext): ExperimentReader {
  const { db, workspace } = context;
  return {
    async find(id) {
      const [row] = await findExperiment(context, { workspace, id });
      return row === undefined ? null : toExperiment(row);
    },
    async findByName(name) {
      const [row] = await findExperimentByName(context, { workspace, name });
      return row === undefined ? null : toExperiment(row);
    },
    async listNames(experimentIds) {
      if (experimentIds.length === 0) return [];
      const { rows } = await sql<{ experiment_id: number; name: string }>`
        select experiment_id, name from experiments
        where workspace = ${workspace} and experiment_id in (${sql.join(experimentIds)})
        order by experiment_id`.execute(db);
      return rows.map((row) => ({ experimentId: row.experiment_id, name: row.name }));
    },
    search: (search, scope, page) => searchExperiments(context, search, scope, page),
  };
}

export function experimentWriter(context: StoreContext): ExperimentWriter {
  const { db, dialect, workspace } = context;
  const one = (experimentId: number) =>
    db
      .updateTable('experiments')
      .where('workspace', '=', workspace)
      .where('experiment_id', '=', experimentId);
  return {
    ...experimentReader(context),
    ...tagWriter(context),
    async insert({ name, artifactLocation, tags, nowMs }) {
      const inserted = await db
        .insertInto('experiments')
        .values({
          workspace,
          name,
          artifact_location: artifactLocation,
          lifecycle_stage: 'active',
          creation_time: nowMs,
          last_update_time: nowMs,
        })
        .onConflict((conflict) => conflict.columns(['workspace', 'name']).doNothing())
        .returning('experiment_id')
        .executeTakeFirst();
      if (inserted === undefined) return null;
      const { experiment_id } = inserted;
      if (artifactLocation === null)
        await one(experiment_id)
          .set({ artifact_location: defaultArtifactLocation(experiment_id) })
          .execute();
      const rows = lastTagPerKey(tags).map((tag) => ({ experiment_id, ...tag }));
      if (rows.length > 0) await db.insertInto('experiment_tags').values(rows).execute();
      return experiment_id;
    },
    async rename(experimentId, name, nowMs) {
      try {
        await one(experimentId).set({ name, last_update_time: nowMs }).execute();
        return true;
      } catch (error) {
        if (dialect.isUniqueViolation(error)) return false;
        throw error;
      }
    },
    async setLifecycle(experimentId, stage, nowMs) {
      await one(experimentId).set({ lifecycle_stage: stage, last_update_time: nowMs }).execute();
    },
  };
}

function tagWriter({ db }: StoreContext): Pick<ExperimentWriter, 'putTag' | 'deleteTag'> {
  return {
    async putTag(experiment_id, { key, value }) {
      await db
        .insertInto('experiment_tags')
        .values({ experiment_id, key, value })
        .onConflict((conflict) => conflict.columns(['key', 'experiment_id']).doUpdateSet({ value }))
        .execute();
    },
    async deleteTag(experimentId, key) {
      const deleted = await db
        .deleteFrom('experiment_tags')
        .where('experiment_id', '=', experimentId)
        .where('key', '=', key)
        .executeTakeFirst();
      return deleted.numDeletedRows > 0n;
    },
  };
}
