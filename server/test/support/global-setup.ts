import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openPostgres } from '../../src/store/dialect.postgres.ts';
import { prepareDatabase } from '../../src/store/schema/open.ts';
import { freePort } from './free-port.ts';
import { makePostgresFolder } from './postgres-place.ts';
import { startPostgres } from './postgres-server.ts';

/** Where the PostgreSQL of this test run is, or will be: `stateFile` appears when it is up, or has failed. */
export interface ProvidedPostgres {
  /** Without the name of a database; ends with a slash. */
  readonly baseUrl: string;
  readonly stateFile: string;
}

/** What `stateFile` holds, as JSON. */
export type PostgresState = { readonly ready: true } | { readonly ready: false; readonly reason: string };

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: ProvidedPostgres;
  }
}

/** A database with MLflow's tables and ours, from which each test's own is cloned. */
export const TEMPLATE_DATABASE = 'registry_template';

const TEMPLATE_MADE_AT_MS = Date.UTC(2026, 0, 1);

/**
 * Starts one PostgreSQL for the whole run, in the background: only tests that ask for a database wait for
 * it. Stops it and removes its files at the end.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await makePostgresFolder();
  const place = { folder, port: await freePort(), password: randomBytes(12).toString('hex') };
  const stateFile = join(folder, 'state.json');
  const baseUrl = `postgresql://postgres:${place.password}@127.0.0.1:${place.port}/`;
  const server = startPostgres(place);
  const settled = server
    .then(() => makeTemplate(baseUrl))
    .then(
      () => writeState(stateFile, { ready: true }),
      (error: unknown) => writeState(stateFile, { ready: false, reason: (error as Error).message }),
    );
  project.provide('postgres', { baseUrl, stateFile });
  return async () => {
    await settled;
    const stop = await server.catch(() => undefined);
    await stop?.();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}

async function makeTemplate(baseUrl: string): Promise<void> {
  const admin = new pg.Client(`${baseUrl}postgres`);
  await admin.connect();
  await admin.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  await admin.end();
  const engine = openPostgres(`${baseUrl}${TEMPLATE_DATABASE}`);
  const log = { info: () => undefined, warn: () => undefined };
  await prepareDatabase(engine, { nowMs: TEMPLATE_MADE_AT_MS, log });
  await engine.close();
}

/** Appears whole or not at all. */
async function writeState(file: string, state: PostgresState): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(state));
  await rename(`${file}.new`, file);
}
