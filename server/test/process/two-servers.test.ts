import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEmptyPostgresDatabase } from '../support/postgres.ts';
import {
  type Arena,
  createModel,
  raceAliases,
  raceSeals,
  raceTransitions,
  raceUploads,
  raceVersions,
} from './race-rounds.ts';
import { type ServerData, type ServerProcess, serverData, startServer } from './server-process.ts';

/* Two processes on one PostgreSQL and one artifact folder. bench/races.ts runs the same for as long as one likes. */

let data: ServerData;
let servers: ServerProcess[] = [];
let origins: [string, string];
const arena = (model: string): Arena => ({ origins, model });

beforeAll(async () => {
  data = serverData(await createEmptyPostgresDatabase());
  // Both at once: they make the tables together, too.
  const [one, two] = await Promise.all([startServer(data), startServer(data)]);
  servers = [one, two];
  origins = [one.origin, two.origin];
});
afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
  await data[Symbol.asyncDispose]();
});

test('versions that two servers create at once get distinct numbers without a gap', async () => {
  await createModel(arena('numbers'));
  const numbers = await raceVersions(arena('numbers'), 15);
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
});

test('production always has exactly one holder for whoever looks, while two servers move it', async () => {
  await createModel(arena('stages'));
  await raceVersions(arena('stages'), 1);
  expect(await raceTransitions(arena('stages'), 100)).toBeGreaterThan(50);
});

test('an alias always leads to exactly one version, while two servers move it', async () => {
  await createModel(arena('aliases'));
  await raceVersions(arena('aliases'), 1);
  expect(await raceAliases(arena('aliases'), 100)).toBeGreaterThan(50);
});

test('of two uploads to one path the file and the recorded hash that stay are of the same', async () => {
  await raceUploads(arena('unused'), 40);
});

test('an upload on one server never changes what the other has registered', async () => {
  await createModel(arena('seals'));
  await raceSeals(arena('seals'), 25);
});
