import type { Migration } from './migration.ts';

/** Who made what: runs, logged models, files that went past the server, versions (`domain/author.ts`). */
export const authors: Migration = {
  number: 6,
  name: 'authors',
  up: (engine) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    return [
      `CREATE TABLE registry_authors (
        work ${id},
        subject_id ${id},
        PRIMARY KEY (work, subject_id)
      )`,
      `INSERT INTO registry_authors (work, subject_id)
        SELECT 'version:' || model_id || '/' || version, created_by FROM registry_versions
        WHERE created_by <> 'unknown'`,
    ];
  },
};
