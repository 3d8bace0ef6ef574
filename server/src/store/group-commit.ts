import { AsyncLocalStorage } from 'node:async_hooks';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import type { PoolState } from '../operations/ports/telemetry.ts';
import type { OnStatement } from './dialect.ts';

/** SQLite's code for a file that another program has locked; how long and how often it is asked again. */
const BUSY = 5;
const LOCKED_MS = 4_000;
const LOOK_EVERY_MS = 20;
const UNITS_A_GROUP = 64;
const GROUP_MS = 20;

interface Unit {
  readonly run: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Its group failed: next time it has a transaction of its own. */
  alone: boolean;
}

interface Outcome {
  readonly unit: Unit;
  readonly settle: () => void;
}

export interface GroupCommit {
  /** Runs a unit of work; settles when its transaction has ended. The callback may run twice. */
  run<T>(fn: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is under way or waiting. */
  idle(): Promise<void>;
  /** One connection writes; the units that wait for it are those that it has not begun. */
  state(): PoolState;
}

/**
 * Writes that wait at the same time share one transaction, so that they share its one fsync: one after the
 * other, each in a savepoint of its own, a failing one undone by itself. Nobody hears of success before the
 * commit. When the commit fails, or the database undoes the whole group (a full disk), each runs again alone.
 */
export function groupCommit(connection: DatabaseSync, onStatement?: OnStatement): GroupCommit {
  const waiting: Unit[] = [];
  let draining: Promise<void> | null = null;

  function commit(): void {
    const startedAtMs = performance.now();
    try {
      connection.exec('COMMIT');
    } finally {
      onStatement?.('commit', (performance.now() - startedAtMs) / 1_000);
    }
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      // What the other connections have sent by now joins the group.
      await new Promise((resolve) => setImmediate(resolve));
      await runGroup({ connection, waiting, commit });
    }
    draining = null;
  }

  return {
    run: <T>(fn: () => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        waiting.push({
          run: AsyncLocalStorage.bind(fn),
          resolve: resolve as (value: unknown) => void,
          reject,
          alone: false,
        });
        draining ??= drain();
      }),
    async idle() {
      while (draining !== null) await draining;
    },
    state() {
      const used = draining === null ? 0 : 1;
      return { pool: 'writer', limit: 1, used, idle: 1 - used, waiting: waiting.length };
    },
  };
}

interface Group {
  readonly connection: DatabaseSync;
  readonly waiting: Unit[];
  readonly commit: () => void;
}

async function runGroup({ connection, waiting, commit }: Group): Promise<void> {
  const outcomes: Outcome[] = [];
  try {
    await begin(connection);
    const startedMs = performance.now();
    do {
      const unit = waiting[0];
      if (unit === undefined || (unit.alone && outcomes.length > 0)) break;
      waiting.shift();
      await runUnit(connection, unit, outcomes);
      if (!connection.isTransaction) break;
      if (unit.alone) break;
    } while (outcomes.length < UNITS_A_GROUP && performance.now() - startedMs < GROUP_MS);
    if (connection.isTransaction) commit();
    else if (outcomes.length > 1) return again(waiting, outcomes);
  } catch (error) {
    undo(connection);
    if (outcomes.length > 1) return again(waiting, outcomes);
    const failed = outcomes.length > 0 ? outcomes.map(({ unit }) => unit) : waiting.splice(0);
    for (const unit of failed) unit.reject(error);
    return;
  }
  for (const { settle } of outcomes) settle();
}

/** What cannot be undone now is undone before the next transaction. */
function undo(connection: DatabaseSync): void {
  try {
    if (connection.isTransaction) connection.exec('ROLLBACK');
  } catch {}
}

/** Waits for another program's transaction without standing still. @throws SQLite's error when that takes too long. */
async function begin(connection: DatabaseSync): Promise<void> {
  undo(connection);
  const givenUpAtMs = performance.now() + LOCKED_MS;
  for (;;) {
    try {
      connection.exec('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      const isBusy = error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === BUSY;
      if (!isBusy || performance.now() >= givenUpAtMs) throw error;
    }
    await delay(LOOK_EVERY_MS);
  }
}

/** The unit's own failure is an outcome like another; what it wrote is undone. */
async function runUnit(connection: DatabaseSync, unit: Unit, outcomes: Outcome[]): Promise<void> {
  try {
    connection.exec('SAVEPOINT unit');
    const value = await unit.run();
    connection.exec('RELEASE unit');
    outcomes.push({ unit, settle: () => unit.resolve(value) });
  } catch (error) {
    outcomes.push({ unit, settle: () => unit.reject(error) });
    // A full disk and its like end the whole transaction.
    if (!connection.isTransaction) return;
    connection.exec('ROLLBACK TO unit');
    connection.exec('RELEASE unit');
  }
}

function again(waiting: Unit[], outcomes: readonly Outcome[]): void {
  for (const { unit } of outcomes) unit.alone = true;
  waiting.unshift(...outcomes.map(({ unit }) => unit));
}
