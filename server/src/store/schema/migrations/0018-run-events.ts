import type { Migration } from './migration.ts';

/** Which OpenLineage events were told, so that one that comes again is known. */
export const runEvents: Migration = {
  number: 18,
  name: 'run-events',
  up: (engine) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    return [
      `CREATE TABLE registry_run_events (
        workspace ${id},
        sha256 ${id},
        at_ms bigint NOT NULL,
        PRIMARY KEY (workspace, sha256)
      )`,
    ];
  },
};
