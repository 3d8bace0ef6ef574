import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { clientCeiling } from './ceiling.ts';
import { type EngineName, openDatabases } from './database.ts';
import { distance } from './distance.ts';
import { lineage } from './lineage.ts';
import { million } from './million.ts';
import { observed } from './observed.ts';
import { retention } from './retention.ts';
import { scenarios } from './scenarios.ts';
import { type Seeded, seed } from './seed.ts';
import { type Place, type ServerProcess, startMlflow, startRegistry } from './server-process.ts';
import { HEADER, sideBySide } from './side-by-side.ts';
import { signedIn } from './signed-in.ts';
import { transferMemory, transferSpeed } from './transfer.ts';

/** Ours next to a real MLflow; see README.md. */
const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '6' },
    connections: { type: 'string', default: '1,16' },
    alone: { type: 'boolean', default: false },
    distance: { type: 'boolean', default: false },
    million: { type: 'boolean', default: false },
    lineage: { type: 'boolean', default: false },
    retention: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    observed: { type: 'boolean', default: false },
    'sign-in': { type: 'boolean', default: false },
  },
});
const engine: EngineName = options.engine === 'postgres' ? 'postgres' : 'sqlite';
const seconds = Number(options.seconds);
const venv = process.env['BENCH_MLFLOW_VENV'] ?? fileURLToPath(new URL('../interop/.venv', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'registry-bench-'));
const databases = await openDatabases(engine, folder);
try {
  if (options.million) await million(databases, seconds);
  else if (options.lineage) await lineage(databases, seconds);
  else if (options.retention) await retention(databases);
  else if (options.memory) await memory();
  else if (options.observed) await costOfBeingWatched();
  else if (options['sign-in']) await costOfSignIn();
  else await compare();
} finally {
  await databases.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function memory(): Promise<void> {
  const server = await startRegistry(await databases.create('memory'));
  await transferMemory(server);
  await server.stop();
}

async function costOfBeingWatched(): Promise<void> {
  const place = await databases.create('ours');
  await observed({ place, seeded: await fill(place), seconds });
}

async function costOfSignIn(): Promise<void> {
  const place = await databases.create('ours');
  await signedIn({ place, seeded: await fill(place), seconds });
}

/** Both servers on equal data: ours fills a database, MLflow opens a copy of it. */
async function compare(): Promise<void> {
  const place = await databases.create('ours');
  const seeded = await fill(place);
  const copy = options.alone || options.distance ? null : await databases.copy(place, 'mlflow');
  const ours = await startRegistry(place);
  let mlflow: ServerProcess | null = null;
  try {
    if (copy !== null) mlflow = await startMlflow(copy, venv);
    if (options.distance) return await distance({ place, server: ours, seeded }, seconds);
    const ceiling = await clientCeiling(16, 2);
    console.log(`${engine}; the client alone makes ${ceiling.toFixed(0)} requests/s; ${seconds} s a cell`);
    console.log(HEADER);
    for (const scenario of scenarios(seeded)) {
      if (!scenario.name.includes(options.only)) continue;
      for (const connections of options.connections.split(',').map(Number))
        await sideBySide({ ours, mlflow, connections, seconds }, scenario);
    }
    if (options.only === '' || options.only === 'transfer')
      await transferSpeed(
        mlflow === null
          ? [['ours', ours]]
          : [
              ['ours', ours],
              ['MLflow', mlflow],
            ],
      );
  } finally {
    await ours.stop();
    await mlflow?.stop();
  }
}

async function fill(place: Place): Promise<Seeded> {
  const server = await startRegistry(place);
  try {
    return await seed(server.origin);
  } finally {
    await server.stop();
  }
}
