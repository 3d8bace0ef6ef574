import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ServerProcess, serverData, startServer } from './server-process.ts';
import { type SmallDisk, smallDisk } from './small-disk.ts';

const ART = '/api/2.0/mlflow-artifacts/artifacts';
const MEBIBYTE = 1_048_576;

const probe = smallDisk(1);
const canMount = probe !== null;
probe?.[Symbol.dispose]();
if (!canMount)
  process.stderr.write('\nSKIPPED: disks that fill up, because this user cannot mount a tmpfs.\n');

function makeDisk(mebibytes: number): SmallDisk {
  const disk = smallDisk(mebibytes);
  if (disk === null) throw new Error('the disk cannot be mounted any more');
  return disk;
}

const send = (server: ServerProcess, path: string, body: object) =>
  fetch(`${server.origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const put = (server: ServerProcess, path: string, sizeBytes: number) =>
  fetch(`${server.origin}${ART}/${path}`, { method: 'PUT', body: Buffer.alloc(sizeBytes, 'x') });
const createModel = (server: ServerProcess, name: string) =>
  send(server, '/api/2.0/mlflow/registered-models/create', { name });
const registerModel = (server: ServerProcess) =>
  send(server, '/api/v1/models/register', {
    model_name: 'layer-count',
    model_type: 'pytorch',
    description: 'd'.repeat(2_000),
  });

test.skipIf(!canMount)(
  'a full artifact disk is a 507; reads go on, nothing stays of the upload, and room helps',
  async () => {
    using disk = makeDisk(8);
    await using data = serverData();
    const artifactRoot = join(disk.folder, 'artifacts');
    await using server = await startServer({ ...data, artifactRoot });
    expect((await put(server, '0/small', MEBIBYTE)).status).toBe(200);
    const refused = await put(server, '0/large', 16 * MEBIBYTE);
    expect([refused.status, await refused.json()]).toEqual([
      507,
      { error_code: 'RESOURCE_EXHAUSTED', message: 'The artifact store has no room left.' },
    ]);
    expect(existsSync(join(artifactRoot, '0', 'large'))).toBe(false);
    const left = readdirSync(join(artifactRoot, '.registry-tmp'), { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
    disk.fill();
    // Not even a folder fits.
    expect((await put(server, '0/a/b/c', 1)).status).toBe(507);
    expect((await (await fetch(`${server.origin}${ART}/0/small`)).arrayBuffer()).byteLength).toBe(MEBIBYTE);
    expect((await fetch(`${server.origin}/ready`)).status).toBe(200);
    disk.empty();
    expect((await put(server, '0/a/b/c', MEBIBYTE)).status).toBe(200);
  },
);

test.skipIf(!canMount)(
  'a full database disk is a 507 on both wires; reads go on, what was acknowledged stays, and room helps',
  async () => {
    using disk = makeDisk(8);
    await using data = serverData();
    await using server = await startServer({
      ...data,
      databaseUrl: `sqlite:///${join(disk.folder, 'mlflow.db')}`,
    });
    disk.fill();
    const acknowledged: string[] = [];
    let answer = await createModel(server, 'm0');
    for (let n = 1; answer.status === 200 && n < 5_000; n += 1) {
      acknowledged.push(`m${n - 1}`);
      answer = await createModel(server, `m${n}`);
    }
    expect([answer.status, await answer.json()]).toEqual([
      507,
      { error_code: 'RESOURCE_EXHAUSTED', message: 'The database has no room left; nothing was changed.' },
    ]);
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await registerModel(server)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([507]));
    const all = await fetch(`${server.origin}/api/2.0/mlflow/registered-models/search?max_results=1000`);
    const { registered_models: models = [] } = (await all.json()) as {
      registered_models?: { name: string }[];
    };
    expect(models.map(({ name }) => name).sort()).toEqual(acknowledged.sort());
    disk.empty();
    const [first, second] = [await registerModel(server), await registerModel(server)];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect([await first.json(), await second.json()]).toMatchObject([{ version: 1 }, { version: 2 }]);
  },
);
