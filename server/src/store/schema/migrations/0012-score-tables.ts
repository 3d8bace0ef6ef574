import type { Migration } from './migration.ts';

/** What files of scores by sample say, by the hash of the file and the columns that were asked for. */
export const scoreTables: Migration = {
  number: 12,
  name: 'score-tables',
  up: (engine) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    return [
      `CREATE TABLE registry_score_tables (
        sha256 ${id},
        columns ${id},
        content text NOT NULL,
        PRIMARY KEY (sha256, columns)
      )`,
    ];
  },
};
