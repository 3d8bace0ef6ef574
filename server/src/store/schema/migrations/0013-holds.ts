import type { Migration } from './migration.ts';

/** What must not be deleted, who said so and why; lifted ones stay on record. */
export const holds: Migration = {
  number: 13,
  name: 'holds',
  up: (engine) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    return [
      `CREATE TABLE registry_holds (
        hold_id ${id} PRIMARY KEY,
        model_id ${id},
        version integer,
        reason text NOT NULL,
        reference text,
        placed_by text NOT NULL,
        placed_at_ms bigint NOT NULL,
        lifted_by text,
        lifted_at_ms bigint,
        lift_reason text
      )`,
      `CREATE INDEX registry_holds_model ON registry_holds (model_id, hold_id)`,
      `CREATE INDEX registry_holds_standing ON registry_holds (model_id, hold_id) WHERE lifted_at_ms IS NULL`,
    ];
  },
};
