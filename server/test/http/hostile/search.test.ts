import { setTimeout as later } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';
import { LEAKS } from '../../support/hostile-values.ts';
import { storeTargets } from '../../support/store-targets.ts';
import { PREFIXES } from './artifact-doors.ts';

const LATEST_ANSWER_MS = 1_000;
/** How long one search may keep the others waiting. */
const LONGEST_BLOCK_MS = 500;
const LONGEST_QUERY = 16_000;
const VERSIONS = 100;
const RUNS = 50;
const MONOTONE = 'a'.repeat(5_000);

/** One kind of search: how it is asked, and a key of text in its filters. */
interface Search {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly text: string;
  readonly more?: Record<string, unknown>;
}

const SEARCHES: readonly Search[] = [
  { name: 'registered models', method: 'GET', path: 'registered-models/search', text: 'tags.t' },
  { name: 'model versions', method: 'GET', path: 'model-versions/search', text: 'tags.t' },
  {
    name: 'experiments',
    method: 'POST',
    path: 'experiments/search',
    text: 'tags.t',
    more: { max_results: 100 },
  },
  { name: 'runs', method: 'POST', path: 'runs/search', text: 'params.p', more: { experiment_ids: ['0'] } },
  {
    name: 'logged models',
    method: 'POST',
    path: 'logged-models/search',
    text: 'params.p',
    more: { experiment_ids: ['0'] },
  },
];

const repeat = (text: string, count: number, between = ' and ') => Array(count).fill(text).join(between);

/** Filters that cost whoever reads them carelessly; `k` is a key of text. */
const FILTERS: readonly (readonly [what: string, filter: (k: string) => string])[] = [
  ['500 AND', (k) => repeat(`${k} = 'x'`, 500)],
  ['20 AND of patterns', (k) => repeat(`${k} LIKE '%a%b'`, 20)],
  ['200 AND of patterns', (k) => repeat(`${k} LIKE '%a%b'`, 200)],
  ['3,000 parentheses', (k) => `${'('.repeat(3_000)}${k} = 'x'${')'.repeat(3_000)}`],
  ['3,000 parentheses that do not close', () => '('.repeat(3_000)],
  ['3,000 brackets', () => '['.repeat(3_000)],
  ['3,000 brackets and names', () => '[a'.repeat(3_000)],
  ['3,000 quotes', () => "'".repeat(2_999)],
  ['3,000 backslashes', (k) => `${k} = '${'\\'.repeat(3_000)}'`],
  ['3,000 comments', () => '/*'.repeat(3_000)],
  ['3,000 dashes', () => '-'.repeat(3_000)],
  ['3,000 CASE', () => 'case '.repeat(3_000)],
  ['3,000 BEGIN', () => 'begin '.repeat(3_000)],
  ['3,000 dots', () => 'a.'.repeat(3_000)],
  [
    '10,000 values in a list',
    (k) => `${k} in (${Array.from({ length: 10_000 }, (_, i) => `'${i}'`).join()})`,
  ],
  ['500 values in a list', (k) => `${k} in (${Array.from({ length: 500 }, (_, i) => `'${i}'`).join()})`],
  ['a text of 1 MB', (k) => `${k} = '${'x'.repeat(1_000_000)}'`],
  ['a key of 1 MB', () => `tags.${'x'.repeat(1_000_000)} = 'x'`],
  ['1 MB of blanks', (k) => `${k}${' '.repeat(1_000_000)}= 'x'`],
  ['1 MB of digits', () => `metrics.m > ${'9'.repeat(1_000_000)}`],
  ['50 wildcards', (k) => `${k} LIKE '${'%a'.repeat(49)}%b'`],
  ['50 wildcards in any case', (k) => `${k} ILIKE '${'%A'.repeat(49)}%b'`],
  ['50 wildcards and gaps', (k) => `${k} LIKE '${'%a_'.repeat(49)}%b'`],
  ['5,000 wildcards', (k) => `${k} LIKE '${'%a'.repeat(5_000)}'`],
  ['5,000 gaps', (k) => `${k} LIKE '${'_'.repeat(5_000)}b'`],
];

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file')) {
  describe(`searches on ${target.name}`, () => {
    let server: TestApp;

    beforeAll(async () => {
      server = await testApp({ target });
      await fill(server);
    });
    afterAll(async () => {
      await server.close();
    });

    describe.each(SEARCHES)('of $name', (search) => {
      test.each(FILTERS)(
        'D5 %s: 400, or an answer in time, and the others do not wait',
        async (what, filter) => {
          for (const prefix of PREFIXES) {
            const { status, body, ms, blockedMs } = await askFairly(server, prefix, search, {
              filter: filter(search.text),
            });
            expect([200, 400, 404, 413, 414, 431], what).toContain(status);
            if (/^[25]0 /.test(what)) expect(status, body).toBe(200);
            expect(ms, what).toBeLessThan(LATEST_ANSWER_MS);
            expect(blockedMs, what).toBeLessThan(LONGEST_BLOCK_MS);
          }
        },
      );

      test.each(['0', '-1', '100000000000000000000', '1e3', '1.5', 'x', '', '0x10', ' 5', 'NaN', '50001000'])(
        'D7 max_results %j is refused, or as if it were not given',
        async (text) => {
          const { status, body } = await ask(server, PREFIXES[0], search, { max_results: text });
          // MLflow: an empty text is no number; zero and none are the same to it on some calls.
          expect(['0', ''].includes(text) ? [200, 400] : [400], body).toContain(status);
        },
      );

      test.each([
        ['an unknown key', ['nonsense ASC']],
        ['no key', ['ASC']],
        ['an unknown direction', ['name SIDEWAYS']],
        ['100 terms', Array.from({ length: 100 }, (_, i) => `tags.k${i} ASC`)],
        ['SQL', ['name; drop table runs --']],
        ['a subquery', ['(select 1)']],
        ['a term of 100 kB', [`name ${' '.repeat(100_000)}ASC`]],
      ])('D7 an order by %s is refused', async (_what, orderBy) => {
        const order =
          search.name === 'logged models' ? orderBy.map((field_name) => ({ field_name })) : orderBy;
        const { status, body } = await ask(server, PREFIXES[0], search, { order_by: order });
        expect([400, 404, 413, 414, 431], body).toContain(status);
      });

      test.each(['x', 'AAAA', 'eyJvZmZzZXQiOiAtMX0=', '../..', 'x'.repeat(5_000)])(
        'D7 the page token %.40j is refused',
        async (token) => {
          const { status, body } = await ask(server, PREFIXES[0], search, { page_token: token });
          expect(status, body).toBe(400);
        },
      );
    });
  });
}

async function fill(server: TestApp): Promise<void> {
  const post = async (path: string, payload: object) => {
    const answer = await server.app.inject({ method: 'POST', url: `/api/2.0/mlflow/${path}`, payload });
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.body}`);
    return answer.json();
  };
  const tags = [{ key: 't', value: MONOTONE }];
  for (let i = 0; i < 30; i += 1) await post('registered-models/create', { name: `m${i}`, tags });
  for (let i = 0; i < VERSIONS; i += 1)
    await post('model-versions/create', { name: 'm0', source: 's3://b/x', tags });
  for (let i = 0; i < 30; i += 1) await post('experiments/create', { name: `e${i}`, tags });
  for (let i = 0; i < RUNS; i += 1) {
    const run = await post('runs/create', { experiment_id: '0', start_time: i });
    await post('runs/log-parameter', { run_id: run.run.info.run_id, key: 'p', value: MONOTONE });
    const params = [{ key: 'p', value: MONOTONE }];
    await post('logged-models', { experiment_id: '0', name: `lm${i}`, params });
  }
  // Autovacuum does so a minute after a table was filled; without figures the planner guesses.
  await sql`analyze`.execute(server.database.engine.db);
}

/** A machine that does other things as well may be slow twice, but not a third time. */
async function askFairly(...question: Parameters<typeof ask>) {
  let answer = await ask(...question);
  for (let i = 0; i < 2 && (answer.ms >= LATEST_ANSWER_MS || answer.blockedMs >= LONGEST_BLOCK_MS); i += 1)
    answer = await ask(...question);
  return answer;
}

/** Asks, and measures besides how long a timer had to wait meanwhile. */
async function ask(server: TestApp, prefix: string, search: Search, fields: Record<string, unknown>) {
  const url = `${prefix}/mlflow/${search.path}`;
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(fields))
    for (const one of [value].flat()) query.append(key, String(one));
  let blockedMs = 0;
  let isDone = false;
  const watching = (async () => {
    for (let at = performance.now(); !isDone; at = performance.now()) {
      await later(1);
      blockedMs = Math.max(blockedMs, performance.now() - at);
    }
  })();
  // Node reads no longer head than this from a socket.
  if (search.method === 'GET' && String(query).length > LONGEST_QUERY) {
    isDone = true;
    return { status: 431, body: '', ms: 0, blockedMs: 0 };
  }
  const start = performance.now();
  const answer = await (search.method === 'GET'
    ? server.app.inject({ method: 'GET', url: `${url}?${query}` })
    : server.app.inject({ method: 'POST', url, payload: { ...search.more, ...fields } }));
  const ms = performance.now() - start;
  isDone = true;
  await watching;
  expect(answer.body).not.toMatch(LEAKS);
  return { status: answer.statusCode, body: answer.body.slice(0, 500), ms, blockedMs };
}
