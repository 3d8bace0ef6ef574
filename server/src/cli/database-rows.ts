import type { DatabaseCheck, DatabaseInfo } from '../operations/ports/database.ts';

const ENGINES = { sqlite: 'SQLite', postgres: 'PostgreSQL' } as const;

const STATES = {
  absent: 'there is none yet; the first start makes it',
  empty: 'empty; the first start fills it',
  mlflow: "MLflow's",
  unsupported: 'not usable as it is',
} as const;

/** What both commands say first: which database, on what, of which MLflow. */
export function describeDatabase(found: DatabaseCheck | DatabaseInfo): [string, string][] {
  const { revision, release, engineVersion } = found;
  const ofRelease =
    release === null ? 'of an MLflow that this release does not know' : `of MLflow ${release}`;
  return [
    ['database', found.database],
    ['engine', [ENGINES[found.engine], engineVersion ?? ''].join(' ').trim()],
    ['state', STATES[found.state]],
    ...(revision === null ? [] : [['revision', `${revision}, ${ofRelease}`] as [string, string]]),
  ];
}

/** Label and text, one a line. */
export function renderRows(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, text]) => `${label.padEnd(width)}  ${text}\n`).join('');
}
