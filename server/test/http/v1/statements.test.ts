import { expect, test } from 'vitest';
import { type V1Client, v1Client } from './v1-client.ts';

/** How many statements a request sends to the database. */
async function statements(v1: V1Client, path: string): Promise<number> {
  const executor = v1.server.database.engine.db.getExecutor();
  const executeQuery = executor.executeQuery.bind(executor);
  let count = 0;
  executor.executeQuery = (query, options) => {
    count += 1;
    return executeQuery(query, options);
  };
  try {
    expect((await v1.get(path)).status, path).toBe(200);
  } finally {
    executor.executeQuery = executeQuery;
  }
  return count;
}

/** Versions in every stage, of several models, each with its run. */
async function grow(v1: V1Client): Promise<void> {
  for (const name of ['a', 'b', 'm'])
    for (const stage of ['archived', 'deprecated', 'staging', 'production', 'development']) {
      const { body } = await v1.register(name, { metrics: { accuracy: 0.5 }, hyperparameters: { depth: 3 } });
      if (stage !== 'development') await v1.transition(name, body['version'], stage);
    }
  await v1.register('m');
  const { body } = await v1.register('m');
  await v1.send('DELETE', `/models/m/versions/${body['version']}`);
}

const PATHS = [
  '/models',
  '/models/m',
  '/models/m?stage=archived',
  '/models/m?stage=deprecated',
  '/models/m/versions',
  '/models/m/versions?stage=archived',
  '/models/m/versions?include=metrics,hyperparameters,tombstones',
  '/models/m/compare?version1=1&version2=2',
  '/models/m/series?metric=accuracy',
];

test('reading sends as many statements for much data as for little', async () => {
  await using v1 = await v1Client();
  const counts = async () => {
    const entries: [path: string, count: number][] = [];
    for (const path of PATHS) entries.push([path, await statements(v1, path)]);
    return Object.fromEntries(entries);
  };
  await grow(v1);
  const few = await counts();
  await grow(v1);
  await grow(v1);
  expect(await counts()).toEqual(few);
  for (const [path, count] of Object.entries(few))
    expect(count, path).toBeLessThan(path.includes('compare') ? 20 : 12);
});
