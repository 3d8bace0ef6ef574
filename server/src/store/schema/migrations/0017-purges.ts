import type { Migration } from './migration.ts';

/** Versions whose files are to be removed, or were. */
export const purges: Migration = {
  number: 17,
  name: 'purges',
  up: (engine) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    return [
      `CREATE TABLE registry_purges (
        model_id ${id},
        version integer NOT NULL,
        state text NOT NULL,
        reason text NOT NULL,
        marked_by text NOT NULL,
        marked_at_ms bigint NOT NULL,
        due_at_ms bigint NOT NULL,
        begun_at_ms bigint,
        swept_at_ms bigint,
        freed_bytes bigint,
        PRIMARY KEY (model_id, version)
      )`,
      `CREATE INDEX registry_purges_waiting ON registry_purges (due_at_ms) WHERE swept_at_ms IS NULL`,
    ];
  },
};
