import type { Db, Dialect } from '../dialect.ts';
import { type DatabaseFacts, readFacts, type TableFacts } from './facts.ts';
import { KNOWN_REVISIONS, NEWEST_TESTED } from './revisions.ts';
import { MLFLOW_STRUCTURE, type TableStructure } from './structure.ts';

/** What a database is to us. `reason` is one sentence that says what is wrong and what to do. */
export type Inspection =
  | { readonly kind: 'empty'; readonly facts: DatabaseFacts }
  | {
      readonly kind: 'mlflow';
      readonly facts: DatabaseFacts;
      readonly revision: string | null;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'unsupported'; readonly reason: string; readonly revision: string | null };

/** Looks at a database without changing it. `uri` is shown in advice, without its password. */
export async function inspectDatabase(db: Db, engine: Dialect['engine'], uri?: string): Promise<Inspection> {
  return classify(await readFacts(db, engine), uri);
}

/** Decides from the facts alone; see `inspectDatabase`. */
export function classify(facts: DatabaseFacts, uri?: string): Inspection {
  if (facts.tables.size === 0) return { kind: 'empty', facts };
  if (!isMlflow(facts)) return { kind: 'unsupported', reason: foreignReason(facts), revision: null };
  const revision = facts.revisions.length === 0 ? null : facts.revisions.join(', ');
  const misfits = findMisfits(facts.tables);
  if (misfits.length === 0) return { kind: 'mlflow', facts, revision, warnings: revisionWarnings(revision) };
  const reason = isBeforeWorkspaces(facts)
    ? `This database is of an MLflow older than 3.10 (${revisionText(revision)}): take a backup, run ` +
      `\`${upgradeCommand(uri)}\` with MLflow 3.10 or newer, and start again.`
    : `This MLflow database (${revisionText(revision)}) does not have the tables that this release knows ` +
      `(${misfits.slice(0, 3).join('; ')}): if an upgrade of MLflow was interrupted, run ` +
      `\`${upgradeCommand(uri)}\`, else use a newer release of the registry.`;
  return { kind: 'unsupported', reason, revision };
}

/** Every MLflow since 1.0 keeps these three. */
function isMlflow({ tables }: DatabaseFacts): boolean {
  return ['alembic_version', 'experiments', 'runs'].every((name) => tables.has(name));
}

/** MLflow 3.10 gave its tables a workspace. */
function isBeforeWorkspaces({ tables }: DatabaseFacts): boolean {
  return !tables.get('experiments')?.columns.some((column) => column.name === 'workspace');
}

function foreignReason({ tables }: DatabaseFacts): string {
  const names = [...tables.keys()].sort();
  const shown = names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
  return (
    `This is not an MLflow database: it has other tables (${shown}) and not MLflow's; ` +
    'name an empty database, or one of MLflow 3.10 or newer.'
  );
}

/** What is missing or different in the tables that we use, one phrase each. */
function findMisfits(tables: ReadonlyMap<string, TableFacts>): string[] {
  return Object.entries<TableStructure>(MLFLOW_STRUCTURE).flatMap(([name, wanted]) => {
    const found = tables.get(name);
    return found === undefined ? [`no table ${name}`] : tableMisfits(name, wanted, found);
  });
}

function tableMisfits(name: string, wanted: TableStructure, found: TableFacts): string[] {
  const columns = new Set(found.columns.map((column) => column.name));
  const missing = wanted.columns.filter((column) => !columns.has(column));
  const unknown = found.columns.filter(
    (column) => column.mustBeGiven && !wanted.columns.includes(column.name),
  );
  const misfits = missing.map((column) => `${name} has no column ${column}`);
  misfits.push(...unknown.map((column) => `${name} demands a value for ${column.name}`));
  if (missing.length === 0 && found.key.join() !== wanted.key.join()) {
    misfits.push(`${name} has the key (${found.key.join(', ')}) and not (${wanted.key.join(', ')})`);
  }
  return misfits;
}

function revisionWarnings(revision: string | null): string[] {
  if (revision !== null && KNOWN_REVISIONS.has(revision)) return [];
  return [
    `The database has ${revisionText(revision)}, which was not tried with this release (newest: ` +
      `${NEWEST_TESTED}). Its tables fit, so it is opened.`,
  ];
}

function revisionText(revision: string | null): string {
  return revision === null ? 'no revision' : `revision ${revision}`;
}

function upgradeCommand(uri: string | undefined): string {
  return `mlflow db upgrade ${(uri === undefined ? undefined : withoutPassword(uri)) ?? '<database uri>'}`;
}

/** The URI with its password taken out, or undefined when it cannot be read. */
export function withoutPassword(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  // SQLite's `sqlite:///file` has no host: the parser would drop a slash of `sqlite:////abs` on the way back.
  if (url.protocol.startsWith('sqlite')) return uri;
  url.password = '';
  for (const name of ['password', 'sslpassword']) url.searchParams.delete(name);
  return url.href;
}
