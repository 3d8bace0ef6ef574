import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { type ServerProcess, serverData, startServer } from './server-process.ts';

/** What a newer release's first start does to a database: it adds. */
function upgrade(url: string): void {
  const database = new DatabaseSync(url.replace('sqlite:///', ''));
  database.exec('ALTER TABLE registry_versions ADD COLUMN flavour text');
  database.exec('CREATE TABLE registry_tomorrow (id integer)');
  database.exec(`INSERT INTO registry_migrations VALUES (999, 'tomorrow', 1, 19)`);
  database.close();
}

async function register({ origin }: ServerProcess): Promise<number> {
  const answer = await fetch(`${origin}/api/v1/models/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model_name: 'm', model_type: 'custom' }),
  });
  return answer.status;
}

test('while a newer release is rolled out this one goes on, and starts again', async () => {
  await using data = serverData();
  await using server = await startServer(data);
  expect(await register(server)).toBe(201);
  upgrade(data.databaseUrl);
  expect(await register(server)).toBe(201);
  server.child.kill('SIGTERM');
  await server.gone;
  await using again = await startServer(data);
  expect(again.output()).toContain('this one works beside it');
  expect(await register(again)).toBe(201);
  const versions = await fetch(`${again.origin}/api/v1/models/m/versions`);
  expect(((await versions.json()) as { versions: unknown[] }).versions).toHaveLength(3);
});
