import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Db, Dialect } from '../dialect.ts';
import { CREATED_REVISION } from './revisions.ts';

/**
 * Makes MLflow's tables and first rows in an empty database, as MLflow 3.17 does, so that MLflow can open
 * it later. Wants to be inside a transaction.
 */
export async function createMlflowTables(db: Db, engine: Dialect['engine'], nowMs: number): Promise<void> {
  for (const statement of await readStatements(engine)) await sql.raw(statement).execute(db);
  await db.insertInto('alembic_version').values({ version_num: CREATED_REVISION }).execute();
  await db
    .insertInto('workspaces')
    .values({ name: 'default', description: 'Default workspace for legacy resources' })
    .execute();
  await createDefaultExperiment(db, nowMs);
}

/** MLflow: experiment 0 is made at each start of a server that does not find it. */
export async function createDefaultExperiment(db: Db, nowMs: number): Promise<void> {
  await db
    .insertInto('experiments')
    .values({
      experiment_id: 0,
      name: 'Default',
      artifact_location: 'mlflow-artifacts:/0',
      lifecycle_stage: 'active',
      creation_time: nowMs,
      last_update_time: nowMs,
      workspace: 'default',
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The statements stand apart by empty lines; comment lines come first. */
async function readStatements(engine: Dialect['engine']): Promise<string[]> {
  const text = await readFile(new URL(`./mlflow.${engine}.sql`, import.meta.url), 'utf8');
  return text
    .replaceAll('\r\n', '\n')
    .split('\n\n')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '' && !statement.startsWith('--'));
}
