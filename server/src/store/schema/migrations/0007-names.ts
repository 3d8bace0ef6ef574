import type { Migration } from './migration.ts';

/** Which model had which name when, so that the past can be asked for by the names of then. */
export const names: Migration = {
  number: 7,
  name: 'names',
  up: (engine) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    return [
      `CREATE TABLE registry_model_names (
        workspace ${id},
        name ${id},
        model_id ${id},
        from_ms bigint NOT NULL,
        to_ms bigint,
        PRIMARY KEY (workspace, name, from_ms, model_id)
      )`,
      `CREATE INDEX registry_model_names_model ON registry_model_names (model_id, from_ms)`,
      // What is not known is not made up: a model that was renamed before has had its name since it is known.
      `INSERT INTO registry_model_names (workspace, name, model_id, from_ms, to_ms)
        SELECT workspace, name, model_id, COALESCE(mlflow_created_at_ms, created_at_ms), deleted_at_ms
        FROM registry_models`,
      `CREATE INDEX registry_slot_intervals_time
        ON registry_slot_intervals (model_id, from_ms DESC, slot, version)`,
    ];
  },
};
