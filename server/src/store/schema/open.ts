import type { Db, Engine } from '../dialect.ts';
import { DatabaseRefused } from './database-refused.ts';
import { readFacts } from './facts.ts';
import { createIndexes, missingIndexes } from './indexes.ts';
import { type Inspection, inspectDatabase } from './inspect.ts';
import { migrateRegistry, newerMigrations, pendingMigrations } from './migrate.ts';
import { createDefaultExperiment, createMlflowTables } from './mlflow-ddl.ts';
import { asRefusal } from './refusal.ts';
import { CREATED_REVISION } from './revisions.ts';

export interface PrepareOptions {
  readonly nowMs: number;
  readonly log: { info(message: string): void; warn(message: string): void };
  /** The database's URI for advice in a refusal; its password is never shown. */
  readonly uri?: string;
}

export interface PreparedDatabase {
  /** MLflow's Alembic revision. */
  readonly revision: string;
  readonly warnings: readonly string[];
}

/**
 * Makes a database ready to serve: creates MLflow's tables when it is empty, checks them when they are
 * there, and brings ours up to date. What is needed happens in one transaction, and servers that start
 * together take turns; a database that is ready is only read. Throws `DatabaseRefused`.
 */
export async function prepareDatabase(engine: Engine, options: PrepareOptions): Promise<PreparedDatabase> {
  try {
    return await prepare(engine, options);
  } catch (error) {
    throw asRefusal(error, engine.dialect, options.uri ?? '');
  }
}

async function prepare(engine: Engine, options: PrepareOptions): Promise<PreparedDatabase> {
  const name = engine.dialect.engine;
  const seen = refuseUnsupported(await inspectDatabase(engine.db, name, options.uri));
  const prepared = isReady(seen, name)
    ? seen
    : await engine.transaction((db) => bringUp(db, engine, options));
  if (prepared.kind === 'empty') return { revision: CREATED_REVISION, warnings: [] };
  for (const warning of prepared.warnings) options.log.warn(warning);
  const newer = newerMigrations(prepared.facts.migrations);
  if (newer !== null) options.log.warn(newer);
  return { revision: prepared.revision, warnings: prepared.warnings };
}

type Supported = Exclude<Inspection, { kind: 'unsupported' }>;

function refuseUnsupported(inspection: Inspection): Supported {
  if (inspection.kind === 'unsupported') throw new DatabaseRefused(inspection.reason);
  return inspection;
}

function isReady({ kind, facts }: Supported, name: Engine['dialect']['engine']): boolean {
  return (
    kind === 'mlflow' &&
    facts.hasDefaultExperiment &&
    pendingMigrations(facts.migrations).length === 0 &&
    missingIndexes(facts, name).length === 0
  );
}

/** Returns what it found; `empty` means that MLflow's tables were made. */
async function bringUp(db: Db, { dialect }: Engine, { nowMs, log, uri }: PrepareOptions): Promise<Supported> {
  await dialect.lockKey(db, 'registry:schema', true);
  // Looked at again: another server may have been faster.
  const found = refuseUnsupported(await inspectDatabase(db, dialect.engine, uri));
  if (found.kind === 'empty') {
    await createMlflowTables(db, dialect.engine, nowMs);
    log.info(`made MLflow's tables in an empty database (revision ${CREATED_REVISION})`);
  } else if (!found.facts.hasDefaultExperiment) {
    await createDefaultExperiment(db, nowMs);
  }
  const applied = await migrateRegistry({ db, engine: dialect.engine, nowMs }, found.facts.migrations);
  for (const { number, name } of applied) log.info(`applied migration ${number} ${name}`);
  // Tables that were just made have indexes that the facts do not know yet.
  const facts = found.kind === 'empty' ? await readFacts(db, dialect.engine) : found.facts;
  const missing = missingIndexes(facts, dialect.engine).length;
  if (found.kind === 'mlflow' && missing > 0)
    log.info(`making ${missing} indexes on MLflow's tables, once; a large database takes a while`);
  await createIndexes(db, dialect.engine, facts);
  return found;
}
