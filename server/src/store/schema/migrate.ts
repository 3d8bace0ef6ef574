import { sql } from 'kysely';
import type { Db, Dialect } from '../dialect.ts';
import { DatabaseRefused } from './database-refused.ts';
import type { AppliedMigration } from './facts.ts';
import { registry } from './migrations/0001-registry.ts';
import { webhookDeliveries } from './migrations/0002-webhook-deliveries.ts';
import { clientUploads } from './migrations/0003-client-uploads.ts';
import { access } from './migrations/0004-access.ts';
import { audit } from './migrations/0005-audit.ts';
import { authors } from './migrations/0006-authors.ts';
import { names } from './migrations/0007-names.ts';
import { governance } from './migrations/0008-governance.ts';
import { registrationMetrics } from './migrations/0009-registration-metrics.ts';
import { signatures } from './migrations/0010-signatures.ts';
import { verifications } from './migrations/0011-verifications.ts';
import { scoreTables } from './migrations/0012-score-tables.ts';
import { holds } from './migrations/0013-holds.ts';
import { lineage } from './migrations/0014-lineage.ts';
import { versionUses } from './migrations/0015-version-uses.ts';
import { retention } from './migrations/0016-retention.ts';
import { purges } from './migrations/0017-purges.ts';
import { runEvents } from './migrations/0018-run-events.ts';
import { compatibility } from './migrations/0019-compatibility.ts';
import type { Migration } from './migrations/migration.ts';

/** Our migrations in order, numbered from 1 without gaps. */
const MIGRATIONS: readonly Migration[] = [
  registry,
  webhookDeliveries,
  clientUploads,
  access,
  audit,
  authors,
  names,
  governance,
  registrationMetrics,
  signatures,
  verifications,
  scoreTables,
  holds,
  lineage,
  versionUses,
  retention,
  purges,
  runEvents,
  compatibility,
];

/** Releases before it refuse whatever they do not know. */
const FIRST_TOLERANT = compatibility.number;

/**
 * The migrations that are still to run, given those that the database has seen.
 * Throws `DatabaseRefused` when a newer release was here and made something that we cannot work with.
 */
export function pendingMigrations(applied: ReadonlyMap<number, AppliedMigration>): Migration[] {
  for (const [number, { name, worksFrom }] of applied) {
    if (MIGRATIONS.some((known) => known.number === number && known.name === name)) continue;
    if (number > MIGRATIONS.length && worksFrom !== null && worksFrom <= MIGRATIONS.length) continue;
    throw new DatabaseRefused(
      `This database was used by a newer release of the registry (migration ${number} ${name}; this release ` +
        `knows up to ${MIGRATIONS.length}): start that release or a newer one.`,
    );
  }
  return MIGRATIONS.filter((migration) => !applied.has(migration.number));
}

/** What of a newer release is in the database, and we work beside; null: nothing. */
export function newerMigrations(applied: ReadonlyMap<number, AppliedMigration>): string | null {
  const newer = [...applied].filter(([number]) => number > MIGRATIONS.length);
  if (newer.length === 0) return null;
  const names = newer.map(([number, { name }]) => `${number} ${name}`).join(', ');
  return `A newer release of the registry was here (migration ${names}); this one works beside it.`;
}

/** Where and when migrations run. */
export interface MigrationContext {
  readonly db: Db;
  readonly engine: Dialect['engine'];
  readonly nowMs: number;
}

/** Runs what is still to run and returns it. Wants to be alone on the database, inside a transaction. */
export async function migrateRegistry(
  { db, engine, nowMs }: MigrationContext,
  applied: ReadonlyMap<number, AppliedMigration>,
): Promise<Migration[]> {
  const pending = pendingMigrations(applied);
  if (pending.length === 0) return [];
  await sql`CREATE TABLE IF NOT EXISTS registry_migrations (
    number integer NOT NULL PRIMARY KEY,
    name text NOT NULL,
    applied_at_ms bigint NOT NULL
  )`.execute(db);
  for (const migration of pending) {
    for (const statement of migration.up(engine, nowMs)) await sql.raw(statement).execute(db);
    const { number, name, worksFrom = FIRST_TOLERANT } = migration;
    const compatible = number < FIRST_TOLERANT ? {} : { works_from: worksFrom };
    await db
      .insertInto('registry_migrations')
      .values({ number, name, applied_at_ms: nowMs, ...compatible })
      .execute();
  }
  return pending;
}
