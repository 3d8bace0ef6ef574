import type { Migration } from './migration.ts';

/** When somebody fetched a file of a version last. */
export const versionUses: Migration = {
  number: 15,
  name: 'version-uses',
  up: (engine) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    return [
      `CREATE TABLE registry_version_uses (
        model_id ${id},
        version integer NOT NULL,
        used_at_ms bigint NOT NULL,
        PRIMARY KEY (model_id, version)
      )`,
    ];
  },
};
