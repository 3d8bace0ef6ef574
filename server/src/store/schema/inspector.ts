import { sql } from 'kysely';
import type { AdoptionBacklog } from '../../operations/ports/adoption.ts';
import type {
  DatabaseCheck,
  DatabaseInfo,
  DatabaseInspector,
  TableSize,
} from '../../operations/ports/database.ts';
import { countBacklog } from '../adoption-backlog.ts';
import type { Engine } from '../dialect.ts';
import { DatabaseRefused } from './database-refused.ts';
import type { DatabaseFacts } from './facts.ts';
import { missingIndexes } from './indexes.ts';
import { type Inspection, inspectDatabase, withoutPassword } from './inspect.ts';
import { pendingMigrations } from './migrate.ts';
import { asRefusal } from './refusal.ts';
import { releaseOf } from './revisions.ts';
import { MLFLOW_STRUCTURE } from './structure.ts';

/** A database to look at: its engine, open for reading; null when there is no file yet. */
export interface LookedAt {
  readonly engine: Engine | null;
  readonly uri: string;
}

/** See `DatabaseInspector`. What cannot be reached or read throws `DatabaseRefused`. */
export function createInspector(place: LookedAt): DatabaseInspector {
  const { engine } = place;
  const telling = async <T>(fn: () => Promise<T>): Promise<T> => {
    try {
      return await fn();
    } catch (error) {
      throw asRefusal(error, engine?.dialect ?? null, place.uri);
    }
  };
  return {
    check: () => telling(() => check(place)),
    info: () => telling(() => info(place)),
    close: async () => engine?.close(),
  };
}

const NOTHING_TO_CREATE = { mlflowTables: false, defaultExperiment: false, migrations: [], indexes: [] };

async function check({ engine, uri }: LookedAt): Promise<DatabaseCheck> {
  const inspection = engine === null ? null : await inspectDatabase(engine.db, engine.dialect.engine, uri);
  const identity = identityOf(engine, uri, inspection);
  const refused = {
    ...identity,
    usable: false,
    warnings: [],
    misfits: [],
    toCreate: NOTHING_TO_CREATE,
    waiting: null,
  };
  if (inspection?.kind === 'unsupported')
    return { ...refused, reason: inspection.reason, misfits: inspection.misfits };
  try {
    const created = toCreate(engine, inspection?.facts ?? null);
    const waiting =
      engine === null || inspection?.kind !== 'mlflow' ? null : await waitingIn(engine, inspection.facts);
    const warnings = inspection?.kind === 'mlflow' ? inspection.warnings : [];
    return { ...refused, usable: true, reason: null, warnings, toCreate: created, waiting };
  } catch (error) {
    if (!(error instanceof DatabaseRefused)) throw error;
    return { ...refused, reason: error.message };
  }
}

function identityOf(engine: Engine | null, uri: string, inspection: Inspection | null) {
  const revision = inspection === null || inspection.kind === 'empty' ? null : inspection.revision;
  const version = inspection?.facts.engineVersion ?? null;
  return {
    database: withoutPassword(uri) ?? uri.replace(/:\/\/.*@/s, '://***@'),
    engine: engine?.dialect.engine ?? 'sqlite',
    engineVersion: version,
    state: inspection?.kind ?? 'absent',
    revision,
    release: revision === null ? null : releaseOf(revision),
  } as const;
}

/** Throws `DatabaseRefused` when a newer release of ours was here. */
function toCreate(engine: Engine | null, facts: DatabaseFacts | null): DatabaseCheck['toCreate'] {
  const isMlflow = facts !== null && facts.tables.size > 0;
  return {
    mlflowTables: !isMlflow,
    defaultExperiment: !facts?.hasDefaultExperiment,
    migrations: pendingMigrations(facts?.migrations ?? new Map()).map(
      ({ number, name }) => `${number} ${name}`,
    ),
    indexes:
      isMlflow && engine !== null ? missingIndexes(facts, engine.dialect.engine).map(({ name }) => name) : [],
  };
}

async function waitingIn({ db, dialect }: Engine, { migrations }: DatabaseFacts): Promise<AdoptionBacklog> {
  const workspace = 'default';
  if (migrations.size > 0) return countBacklog({ db, dialect, workspace });
  const count = async (table: 'registered_models' | 'model_versions') => {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}
      where workspace = ${workspace}`.execute(db);
    return rows[0]?.count ?? 0;
  };
  const [models, versions] = [await count('registered_models'), await count('model_versions')];
  return { models, versions, stages: 0, aliases: 0, deletedVersions: 0, deletedModels: 0 };
}

async function info({ engine, uri }: LookedAt): Promise<DatabaseInfo> {
  if (engine === null)
    return { ...identityOf(null, uri, null), migration: null, sizeBytes: null, tables: [] };
  const inspection = await inspectDatabase(engine.db, engine.dialect.engine, uri);
  const { facts } = inspection;
  const number = Math.max(0, ...facts.migrations.keys());
  const ours = [...facts.tables.keys()].filter((name) => name.startsWith('registry_'));
  const names = [...Object.keys(MLFLOW_STRUCTURE).filter((name) => facts.tables.has(name)), ...ours.sort()];
  const tables: TableSize[] = [];
  for (const name of inspection.kind === 'empty' ? [] : names) tables.push(await sizeOf(engine, name));
  return {
    ...identityOf(engine, uri, inspection),
    migration: number === 0 ? null : { number, name: facts.migrations.get(number)?.name ?? '' },
    sizeBytes: await databaseSize(engine),
    tables,
  };
}

async function sizeOf({ db, dialect }: Engine, name: string): Promise<TableSize> {
  const size =
    dialect.engine === 'postgres'
      ? sql`pg_total_relation_size(to_regclass(quote_ident(${name})))`
      : sql`null`;
  const { rows } = await sql<{ rows: number; size: number | null }>`
    select count(*) as rows, ${size} as size from ${sql.table(name)}`.execute(db);
  return { name, rows: rows[0]?.rows ?? 0, sizeBytes: rows[0]?.size ?? null };
}

async function databaseSize({ db, dialect }: Engine): Promise<number> {
  const query =
    dialect.engine === 'postgres'
      ? sql<{ size: number }>`select pg_database_size(current_database()) as size`
      : sql<{ size: number }>`select page_count * page_size as size
          from pragma_page_count(), pragma_page_size()`;
  return (await query.execute(db)).rows[0]?.size ?? 0;
}
