import { prepareCouncil, raceRequests } from '../server/test/process/council-rounds.ts';
import {
  type Arena,
  createModel,
  raceAliases,
  raceSeals,
  raceTransitions,
  raceUploads,
  raceVersions,
} from '../server/test/process/race-rounds.ts';

/*
 * Two servers that run already on one PostgreSQL and one artifact store, raced against each other:
 * node bench/races.ts http://127.0.0.1:5136 http://127.0.0.1:5137 [rounds]
 * With a fourth word, council, requests and votes race; the servers have the settings of COUNCIL_SETTINGS. On SQLite
 * both addresses are the one server's.
 */

const [one, two, rounds = '10000', what] = process.argv.slice(2);
if (one === undefined || two === undefined) throw new Error('give the addresses of two servers');
const count = Number(rounds);
const stamp = Date.now().toString(36);
const arena = (name: string): Arena => ({ origins: [one, two], model: `race-${name}-${stamp}` });

async function timed(what: string, run: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  const result = await run();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const looks = typeof result === 'number' ? `, ${result} looks` : '';
  process.stdout.write(`${what}: ${seconds} s${looks}, nothing out of order\n`);
}

async function raceCouncil(): Promise<void> {
  await prepareCouncil(one ?? '');
  const council = { ...arena('council'), model: `council-${stamp}` };
  await timed(`requests that race for production, ${count} rounds`, async () => {
    const executed = await raceRequests(council, count);
    process.stdout.write(`${executed} executed\n`);
  });
}

async function raceEverythingElse(): Promise<void> {
  for (const name of ['numbers', 'stages', 'aliases', 'seals']) await createModel(arena(name));
  await raceVersions(arena('stages'), 1);
  await raceVersions(arena('aliases'), 1);
  await timed(`versions, 4 x ${Math.ceil(count / 4)}`, async () => {
    const numbers = await raceVersions(arena('numbers'), Math.ceil(count / 4));
    const isDense = numbers.sort((a, b) => a - b).every((number, index) => number === index + 1);
    if (!isDense) throw new Error('numbers have gaps or repeat');
  });
  await timed(`transitions, 2 x ${count / 2}`, () => raceTransitions(arena('stages'), count / 2));
  await timed(`alias moves, 2 x ${count / 2}`, () => raceAliases(arena('aliases'), count / 2));
  await timed(`uploads to one path, 2 x ${count / 20}`, () => raceUploads(arena('numbers'), count / 20));
  await timed(`seals against uploads, ${count / 20}`, () => raceSeals(arena('seals'), count / 20));
}

await (what === 'council' ? raceCouncil() : raceEverythingElse());
