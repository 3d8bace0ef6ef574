import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makePostgresFolder } from '../server/test/support/postgres-place.ts';
import { startPostgres } from '../server/test/support/postgres-server.ts';
import { freePort, type Place } from './server-process.ts';

export type EngineName = 'sqlite' | 'postgres';

/** Where places are made. A place can be copied while no server runs on it. */
export interface Databases {
  create(name: string): Promise<Place>;
  copy(place: Place, name: string): Promise<Place>;
  /** Gives back what was started; the folder is the caller's. */
  stop(): Promise<void>;
}

export async function openDatabases(engine: EngineName, folder: string): Promise<Databases> {
  return engine === 'sqlite' ? sqliteFiles(folder) : await postgresDatabases(folder);
}

function sqliteFiles(folder: string): Databases {
  const place = (name: string): Place => {
    const own = join(folder, name);
    mkdirSync(own, { recursive: true });
    return { folder: own, database: `sqlite:///${join(own, 'mlflow.db')}` };
  };
  return {
    create: async (name) => place(name),
    async copy(from, name) {
      const to = place(name);
      cpSync(from.folder, to.folder, { recursive: true });
      return to;
    },
    stop: async () => undefined,
  };
}

/** The PostgreSQL of the server's tests, but one that writes through to the disk. */
async function postgresDatabases(folder: string): Promise<Databases> {
  const [port, password] = [await freePort(), 'bench'];
  const stop = await startPostgres({ folder: await makePostgresFolder(), port, password, durable: true });
  const url = (database: string) => `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`;
  const place = (name: string): Place => {
    const own = join(folder, name);
    mkdirSync(own, { recursive: true });
    return { folder: own, database: url(name) };
  };
  const run = async (statement: string) => {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: url('postgres') });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  return {
    async create(name) {
      await run(`CREATE DATABASE ${name}`);
      return place(name);
    },
    async copy(from, name) {
      await run(`CREATE DATABASE ${name} TEMPLATE ${new URL(from.database).pathname.slice(1)}`);
      const to = place(name);
      cpSync(from.folder, to.folder, { recursive: true });
      return to;
    },
    stop,
  };
}

/** Runs a program and returns what it printed. */
export function output(program: string, args: readonly string[], env: Record<string, string> = {}): string {
  return execFileSync(program, args, { encoding: 'utf8', env: { ...process.env, ...env } });
}
