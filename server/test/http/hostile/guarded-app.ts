import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';
import { LEAKS } from '../../support/hostile-values.ts';
import { type RawAnswer, rawRequest, sendRaw } from '../../support/raw-http.ts';
import { type OutsideWatch, watchOutside } from './outside-watch.ts';

export const LATEST_ANSWER_MS = 1_000;
/** What stands in the files that nobody may read. */
const CONTENT = 'nobody may read this';

/** A request as its bytes; `target` is sent as it is. */
export interface Request {
  readonly method: string;
  readonly target: string;
  readonly body?: string;
  readonly headers?: readonly string[];
}

/**
 * A server that listens, with files beside its artifact root that nobody may touch, and with all that a refused
 * request must leave alone under watch.
 */
export interface GuardedApp {
  readonly server: TestApp;
  readonly port: number;
  /** Outside of the artifact root. */
  readonly secret: string;
  /** Sends, and checks what holds of every answer: in time, below 500, nothing from inside in its body. */
  send(request: Request): Promise<RawAnswer>;
  /** Sends, and checks besides that nothing changed in the database. `allowed`: the statuses. */
  refuse(request: Request, allowed?: readonly number[]): Promise<RawAnswer>;
  /** Runs `work`; afterwards the database and every file, in the root and outside, are as they were. */
  untouched(work: () => Promise<void>): Promise<void>;
  /** Rows changed since the database was opened, also by what was rolled back. */
  changes(): Promise<number>;
  /** The rows of the table of artifacts, by path. */
  artifactRows(): Promise<string[]>;
  /** Fails when the process named a file outside, or connected to another host, since the last time. */
  expectNothingOutside(): void;
  /** What the test itself does with files. */
  unseen<T>(work: () => T): T;
  close(): Promise<void>;
}

export async function guardedApp(): Promise<GuardedApp> {
  const server = await testApp();
  const port = await server.listen();
  const secret = plantSecrets(dirname(server.root));
  const watch = watchOutside({ root: server.root, port });
  const send = async (request: Request) => {
    let answer = await timed(port, request);
    // A machine that does other things as well may be slow twice, but not a third time.
    for (let i = 0; i < 2 && answer.ms >= LATEST_ANSWER_MS; i += 1) answer = await timed(port, request);
    const told = describeRequest(request);
    expect(answer.ms, told).toBeLessThan(LATEST_ANSWER_MS);
    // What this version does not offer is 501, in words that MLflow's client knows.
    if (answer.status !== 501) expect(answer.status, `${told} → ${answer.body}`).toBeLessThan(500);
    expectNothingFromInside(answer.body, server.root, told);
    return answer;
  };
  return {
    server,
    port,
    secret,
    send,
    async refuse(request, allowed = [400]) {
      const before = await changes(server);
      const answer = await send(request);
      const told = `${describeRequest(request)} → ${answer.body.slice(0, 300)}`;
      expect(allowed, told).toContain(answer.status);
      if ((await changes(server)) !== before) expect.fail(`${told} wrote to the database`);
      return answer;
    },
    async untouched(work) {
      const files = () => watch.unseen(() => allFiles(dirname(server.root)));
      const before = { rows: await allRows(server), files: files() };
      await work();
      expect({ rows: await allRows(server), files: files() }).toEqual(before);
      expect(watch.unseen(() => readFileSync(secret, 'utf8'))).toBe(CONTENT);
      checkWatch(watch);
    },
    changes: () => changes(server),
    async artifactRows() {
      const found = await server.database.engine.db.selectFrom('registry_artifacts').select('path').execute();
      return found.map(({ path }) => path).sort();
    },
    expectNothingOutside: () => checkWatch(watch),
    unseen: (work) => watch.unseen(work),
    async close() {
      watch.stop();
      await server.close();
    },
  };
}

export function expectNothingFromInside(text: string, root: string, told: string): void {
  expect(text, told).not.toMatch(LEAKS);
  expect(text, told).not.toContain(root);
  expect(text, told).not.toContain(CONTENT);
}

function describeRequest({ method, target, body = '' }: Request): string {
  return `${method} ${target.slice(0, 200)} ${body.slice(0, 200)}`;
}

async function timed(port: number, { method, target, body, headers }: Request) {
  const start = performance.now();
  const answer = await sendRaw(port, rawRequest(method, target, body, headers));
  return { ...answer, ms: performance.now() - start };
}

function plantSecrets(folder: string): string {
  const secret = join(folder, 'secret.txt');
  writeFileSync(secret, CONTENT);
  mkdirSync(join(folder, 'outside'));
  writeFileSync(join(folder, 'outside', 'secret.txt'), CONTENT);
  return secret;
}

function checkWatch(watch: OutsideWatch): void {
  const seen = { files: watch.files.splice(0), connections: watch.connections.splice(0) };
  expect(seen).toEqual({ files: [], connections: [] });
}

/** Rows written so far, without those that say that somebody was refused: an event, and its wait for a place. */
async function changes(server: TestApp): Promise<number> {
  const counted = await sql<{ n: number }>`select total_changes() - 2 * (select count(*) from
    registry_audit_events where action in ('access.denied', 'access.unauthenticated')) as n`.execute(
    server.database.engine.db,
  );
  return Number(counted.rows[0]?.n);
}

/** Everything in every table. */
async function allRows(server: TestApp): Promise<Record<string, unknown>> {
  const { db } = server.database.engine;
  const tables = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(db);
  const rows: Record<string, unknown> = {};
  for (const { name } of tables.rows)
    rows[name] = (await sql`select * from ${sql.table(name)}`.execute(db)).rows;
  return rows;
}

/** Every file below the folder, with its size and the time of its last change. */
function allFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { size, mtimeMs } = statSync(path);
      return `${path} ${size} ${mtimeMs}`;
    })
    .sort();
}
