import type { Db, Dialect } from '../dialect.ts';
import { kindOfColumn } from './column-kinds.ts';
import { type DatabaseFacts, readFacts, type TableFacts } from './facts.ts';
import { isOlderRevision, KNOWN_REVISIONS, NEWEST_TESTED, releaseOf } from './revisions.ts';
import { MLFLOW_STRUCTURE, type TableStructure } from './structure.ts';

/** What a database is to us. `reason` is one sentence that says what is wrong and what to do. */
export type Inspection =
  | { readonly kind: 'empty'; readonly facts: DatabaseFacts }
  | {
      readonly kind: 'mlflow';
      readonly facts: DatabaseFacts;
      readonly revision: string;
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: 'unsupported';
      readonly facts: DatabaseFacts;
      readonly reason: string;
      readonly revision: string | null;
      /** What is missing or different in MLflow's tables, one phrase each. */
      readonly misfits: readonly string[];
    };

/** Looks at a database without changing it. `uri` is shown in advice, without its password. */
export async function inspectDatabase(db: Db, engine: Dialect['engine'], uri?: string): Promise<Inspection> {
  const facts = await readFacts(db, engine);
  const tooOld = engine === 'postgres' ? oldServerReason(facts.engineVersion) : null;
  if (tooOld !== null) return { kind: 'unsupported', facts, reason: tooOld, revision: null, misfits: [] };
  return classify(facts, uri);
}

/** Decides from the facts alone; see `inspectDatabase`. */
export function classify(facts: DatabaseFacts, uri?: string): Inspection {
  if (facts.tables.size === 0) return { kind: 'empty', facts };
  const [revision] = facts.revisions;
  const misfits = isMlflow(facts) ? findMisfits(facts.tables) : [];
  const reason = isMlflow(facts) ? findReason(facts, misfits, uri) : foreignReason(facts);
  if (reason !== null || revision === undefined)
    return {
      kind: 'unsupported',
      facts,
      reason: reason ?? '',
      revision: facts.revisions.join(', ') || null,
      misfits,
    };
  return { kind: 'mlflow', facts, revision, warnings: revisionWarnings(revision) };
}

/** Why an MLflow database cannot be used, or null. */
function findReason(
  facts: DatabaseFacts,
  misfits: readonly string[],
  uri: string | undefined,
): string | null {
  const [revision, other] = facts.revisions;
  if (revision === undefined || other !== undefined) return revisionReason(facts.revisions);
  const upgrade = `\`mlflow db upgrade ${(uri === undefined ? undefined : withoutPassword(uri)) ?? '<database uri>'}\``;
  const text = revisionText(revision);
  if (isBeforeWorkspaces(facts))
    return (
      `This database is of an MLflow older than 3.10 (${text}): take a backup, run ${upgrade} with MLflow ` +
      '3.10 or newer, and start again.'
    );
  if (isOlderRevision(revision))
    return (
      `This MLflow database is half upgraded: it has ${text}, but tables of MLflow 3.10 or newer; restore the ` +
      `backup, run ${upgrade}, and start again.`
    );
  const foreign = foreignTables(facts);
  if (misfits.length === 0) return foreign;
  const shown = misfits.slice(0, 3).join('; ') + (misfits.length > 3 ? `; ${misfits.length - 3} more` : '');
  return KNOWN_REVISIONS.has(revision)
    ? `This MLflow database (${text}) is damaged or half upgraded (${shown}): restore the backup, run ` +
        `${upgrade}, and start again.`
    : `This MLflow database (${text}) does not have the tables that this release knows (${shown}): if an ` +
        `upgrade of MLflow was interrupted, run ${upgrade}, else use a newer release of the registry.`;
}

/** MLflow reads the revision and nothing else, so it does not start on such a database either. */
function revisionReason(revisions: readonly string[]): string {
  const found =
    revisions.length === 0 ? 'is empty' : `has ${revisions.length} rows (${revisions.join(', ')})`;
  return (
    `This MLflow database has no single revision (its table alembic_version ${found}), so MLflow does not open ` +
    `it either: restore the backup, or put back the one row of the MLflow that used it last (${NEWEST_TESTED}), ` +
    'and run `mlflow db upgrade`.'
  );
}

/** What every MLflow since 1.0 keeps, told from tables of the same name of another program. */
const MLFLOW_MARKS: readonly (readonly [table: string, column: string])[] = [
  ['alembic_version', 'version_num'],
  ['experiments', 'experiment_id'],
  ['experiments', 'lifecycle_stage'],
  ['runs', 'run_uuid'],
];

function isMlflow({ tables }: DatabaseFacts): boolean {
  return MLFLOW_MARKS.every(([table, column]) => hasColumn(tables, table, column));
}

/** MLflow 3.10 gave its tables a workspace. */
function isBeforeWorkspaces({ tables }: DatabaseFacts): boolean {
  return !hasColumn(tables, 'experiments', 'workspace');
}

function hasColumn(tables: ReadonlyMap<string, TableFacts>, table: string, column: string): boolean {
  return tables.get(table)?.columns.some(({ name }) => name === column) === true;
}

/** Tables with names of ours that we did not make. */
function foreignTables({ tables }: DatabaseFacts): string | null {
  const taken = [...tables.keys()].find((name) => name.startsWith('registry_'));
  if (taken === undefined || tables.has('registry_migrations')) return null;
  return (
    `This database has a table ${taken} that the registry did not make; names that begin with registry_ are ` +
    "the registry's: rename or remove it, and start again."
  );
}

const OLDEST_POSTGRES = 14;

/** PostgreSQL's own version decides first: older ones lack what we use. */
export function oldServerReason(version: string): string | null {
  if (!(Number.parseInt(version, 10) < OLDEST_POSTGRES)) return null;
  return `This is PostgreSQL ${version}, but ${OLDEST_POSTGRES} or newer is needed: upgrade the database server.`;
}

function foreignReason({ tables }: DatabaseFacts): string {
  const names = [...tables.keys()].sort();
  const missing = MLFLOW_MARKS.find(([table, column]) => !hasColumn(tables, table, column));
  const shown = names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
  return (
    `This is not an MLflow database: it has other tables (${shown}) and no ${missing?.join('.') ?? ''}; ` +
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
  for (const column of found.columns) {
    const kind = kindOfColumn(name, column.name);
    if (wanted.columns.includes(column.name) && column.kind !== kind)
      misfits.push(`${name}.${column.name} is of kind ${column.kind} and not ${kind}`);
  }
  misfits.push(...unknown.map((column) => `${name} demands a value for ${column.name}`));
  if (missing.length === 0 && found.key.join() !== wanted.key.join()) {
    misfits.push(`${name} has the key (${found.key.join(', ')}) and not (${wanted.key.join(', ')})`);
  }
  return misfits;
}

function revisionWarnings(revision: string): string[] {
  if (KNOWN_REVISIONS.has(revision)) return [];
  return [
    `The database has ${revisionText(revision)}, which was not tried with this release (newest: ` +
      `${NEWEST_TESTED}). Its tables fit, so it is opened.`,
  ];
}

function revisionText(revision: string): string {
  const release = releaseOf(revision);
  return `revision ${revision}${release === null ? '' : ` of MLflow ${release}`}`;
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
