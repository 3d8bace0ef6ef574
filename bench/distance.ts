import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledQuery } from 'kysely';
import type { Reader } from '../server/src/operations/ports.ts';
import { openPostgres } from '../server/src/store/dialect.postgres.ts';
import { createStore } from '../server/src/store/store.ts';
import { closedLoop } from './closed-loop.ts';
import { output } from './database.ts';
import { scenarios } from './scenarios.ts';
import type { Seeded } from './seed.ts';
import type { Place, ServerProcess } from './server-process.ts';

const CONNECTIONS = 16;
const BUDGET = 0.4;

const READS: Readonly<Record<string, (reader: Reader, model: string) => Promise<unknown>>> = {
  'get model': (reader, model) => reader.registeredModels.find(model),
  'get by alias': (reader, model) => reader.modelVersions.findByAlias(model, 'champion'),
  'get version': (reader, model) => reader.modelVersions.find(model, 1),
};

/** How far the hot reads are from what `pgbench` gets out of the same statements, and their round trips. */
export async function distance(
  target: { place: Place; server: ServerProcess; seeded: Seeded },
  seconds: number,
): Promise<void> {
  const { place, server, seeded } = target;
  const rows = new Map(scenarios(seeded).map((scenario) => [scenario.name, scenario]));
  for (const [name, read] of Object.entries(READS)) {
    const statements = await statementsOf(place, (reader) => read(reader, seeded.model));
    const limit = pgbench(place, statements, seconds);
    const request = rows.get(name)?.request ?? (() => Buffer.alloc(0));
    const measured = await closedLoop({
      origin: server.origin,
      connections: CONNECTIONS,
      seconds,
      request,
    });
    const ours = measured.requests / measured.seconds;
    const verdict = ours / limit >= BUDGET && statements.length === 1 ? 'met' : 'missed';
    console.log(
      `${name.padEnd(14)} ${statements.length} round trip, ours ${ours.toFixed(0)}/s, pgbench ${limit.toFixed(0)}/s: ${(ours / limit).toFixed(2)} ${verdict} (${BUDGET})`,
    );
  }
}

/** What a read sends, its values written out. */
async function statementsOf(place: Place, read: (reader: Reader) => Promise<unknown>): Promise<string[]> {
  const engine = openPostgres(place.database);
  const executor = engine.db.getExecutor();
  const run = executor.executeQuery.bind(executor);
  const statements: string[] = [];
  executor.executeQuery = (query: CompiledQuery<never>) => {
    const value = (index: string) => literal(query.parameters[Number(index) - 1]);
    statements.push(query.sql.replace(/\$(\d+)/g, (_all, index: string) => value(index)));
    return run(query);
  };
  const store = createStore(engine);
  await store.read(read);
  await store.close();
  return statements;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

function pgbench({ database }: Place, statements: readonly string[], seconds: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'registry-pgbench-'));
  const script = join(folder, 'read.sql');
  writeFileSync(script, statements.map((text) => `${text.replace(/\s+/g, ' ')};\n`).join(''));
  const load = ['-n', '-M', 'prepared', '-c', String(CONNECTIONS), '-j', '1', '-T', String(seconds)];
  const printed = output('pgbench', [...load, '-f', script, database]);
  rmSync(folder, { recursive: true });
  return Number(/tps = ([0-9.]+)/.exec(printed)?.[1] ?? 0);
}
