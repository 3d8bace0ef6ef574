import type { Migration } from './migration.ts';

/** What the sealed `MLmodel` of a version says that it takes and gives. */
export const signatures: Migration = {
  number: 10,
  name: 'signatures',
  up: (engine) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    return [
      `CREATE TABLE registry_signatures (
        model_id ${id},
        version integer NOT NULL,
        signature text NOT NULL,
        PRIMARY KEY (model_id, version)
      )`,
    ];
  },
};
