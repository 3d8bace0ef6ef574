import { expect, test } from 'vitest';
import { createEmptyPostgresDatabase } from '../support/postgres.ts';
import { COUNCIL_SETTINGS, prepareCouncil, raceRequests } from './council-rounds.ts';
import { serverData, startServer } from './server-process.ts';

/* bench/races.ts runs the same for as long as one likes. */

const ROUNDS = 110;
const settings = COUNCIL_SETTINGS;

test('requests that race for production on SQLite leave one holder, one event each, and every vote', async () => {
  await using data = serverData();
  await using server = await startServer(data, { settings });
  await prepareCouncil(server.origin);
  const council = { origins: [server.origin, server.origin] as const, model: 'council' };
  expect(await raceRequests(council, ROUNDS)).toBeGreaterThan(ROUNDS / 3);
}, 240_000);

test('the same on two servers on one PostgreSQL', async () => {
  await using data = serverData(await createEmptyPostgresDatabase());
  await using one = await startServer(data, { settings });
  await using two = await startServer(data, { settings });
  await prepareCouncil(one.origin);
  const council = { origins: [one.origin, two.origin] as const, model: 'council' };
  expect(await raceRequests(council, ROUNDS)).toBeGreaterThan(ROUNDS / 3);
}, 240_000);
