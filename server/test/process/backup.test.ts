import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ServerProcess, startServer, until } from './server-process.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

let folder: string;
const at = (...path: string[]) => join(folder, ...path);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'registry-backup-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const environment = (name: string) => ({
  MLFLOW_TRACKING_URI: `sqlite:///${at(name, 'mlflow.db')}`,
  MLFLOW_ARTIFACT_ROOT: at(name, 'artifacts'),
  REGISTRY_AUDIT_KEY_FILE: at('audit.key'),
});

function run(name: string, ...args: string[]) {
  return spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...environment(name) },
  });
}

function serve(name: string): Promise<ServerProcess> {
  mkdirSync(at(name), { recursive: true });
  const {
    MLFLOW_TRACKING_URI: databaseUrl,
    MLFLOW_ARTIFACT_ROOT: artifactRoot,
    ...settings
  } = environment(name);
  return startServer({ databaseUrl, artifactRoot, async [Symbol.asyncDispose]() {} }, { settings });
}

async function ask(server: ServerProcess, method: string, path: string, body?: object | string) {
  const answer = await fetch(server.origin + path, {
    method,
    ...(body === undefined
      ? {}
      : typeof body === 'string'
        ? { body, headers: { 'content-type': 'application/octet-stream' } }
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return { status: answer.status, text: await answer.text() };
}

describe('a backup of SQLite', () => {
  test('made while versions are registered has all that was acknowledged before, and a server starts on it', async () => {
    await using server = await serve('live');
    const register = (name: string) =>
      ask(server, 'POST', '/api/v1/models/register', { model_name: name, model_type: 'custom' });
    expect((await register('m')).status).toBe(201);
    await ask(server, 'PUT', '/api/v1/models/m/versions/1/files/weights.bin', 'weights');
    await ask(server, 'POST', '/api/v1/models/m/versions/1/seal');
    const moved = await ask(server, 'POST', '/api/v1/models/transition', {
      model_name: 'm',
      version: 1,
      new_stage: 'staging',
    });
    expect(moved.status).toBe(200);

    let acknowledged = 0;
    let isOver = false;
    const writing = (async () => {
      while (!isOver) {
        expect((await register(`busy-${acknowledged}`)).status).toBe(201);
        acknowledged += 1;
      }
    })();
    await until(() => acknowledged > 5);
    const before = acknowledged;
    const child = spawn(process.execPath, [MAIN, 'db', 'backup', at('copy.db'), '--json'], {
      env: { PATH: process.env['PATH'] ?? '', ...environment('live') },
    });
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    isOver = true;
    await writing;
    expect(code).toBe(0);
    const told = JSON.parse(printed);
    expect(told).toMatchObject({ file: at('copy.db'), sizeBytes: statSync(at('copy.db')).size });
    expect(told.registeredModels).toBeGreaterThanOrEqual(before + 1);
    expect(told.modelVersions).toBe(told.registeredModels);
    expect(told.auditEvents).toBeGreaterThan(0);
    expect(statSync(at('copy.db')).mode & 0o777).toBe(0o600);

    // The drill: files after the database, all that was there gone, another folder.
    cpSync(at('live', 'artifacts'), at('saved'), { recursive: true });
    const wanted = await ask(server, 'GET', '/api/v1/models/m/versions/1');
    server.child.kill('SIGKILL');
    await server.gone;
    rmSync(at('live'), { recursive: true });
    mkdirSync(at('restored'));
    cpSync(at('copy.db'), at('restored', 'mlflow.db'));
    cpSync(at('saved'), at('restored', 'artifacts'), { recursive: true });
    await using restored = await serve('restored');
    for (let i = 0; i < before; i += 1)
      expect((await ask(restored, 'GET', `/api/v1/models/busy-${i}/versions/1`)).status, `busy-${i}`).toBe(
        200,
      );
    const version = await ask(restored, 'GET', '/api/v1/models/m/versions/1');
    expect(JSON.parse(version.text).digest).toBe(JSON.parse(wanted.text).digest);
    expect(JSON.parse(version.text)).toMatchObject({ stage: 'staging', seal: 'sealed' });
    const file = await ask(restored, 'GET', '/api/v1/models/m/versions/1/files/weights.bin');
    expect(file.text).toBe('weights');
    expect((await ask(restored, 'GET', '/api/v1/models/m/history')).text).toContain('staging');
    restored.child.kill('SIGTERM');
    await restored.gone;
    const verified = run('restored', 'audit', 'verify');
    expect([verified.status, verified.stderr]).toEqual([0, '']);
  });

  test('of a database that nobody has open changes nothing there', async () => {
    await using server = await serve('live');
    server.child.kill('SIGTERM');
    await server.gone;
    const before = readdirSync(at('live')).sort();
    expect(run('live', 'db', 'backup', at('copy.db'))).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(at('live')).sort()).toEqual(before);
  });

  test.each<[string, () => string, RegExp]>([
    ['a name that is taken', () => at('taken.db'), /taken\.db exists: a backup never overwrites/],
    ['the database itself', () => at('live', 'mlflow.db'), /mlflow\.db exists: a backup never overwrites/],
    ['a folder that is not there', () => at('absent', 'copy.db'), /absent is not a folder: make it first/],
    ['a folder', () => at('live'), /live exists/],
  ])('is not made under %s', async (_where, target, reason) => {
    await using server = await serve('live');
    server.child.kill('SIGTERM');
    await server.gone;
    writeFileSync(at('taken.db'), 'mine');
    const before = readdirSync(folder).sort();
    const { status, stderr } = run('live', 'db', 'backup', target());
    expect([status, stderr]).toEqual([1, expect.stringMatching(reason)]);
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  test('is not made of what is no database, or of PostgreSQL, which has a tool of its own', () => {
    expect(run('live', 'db', 'backup', at('copy.db')).stderr).toContain('There is no database at');
    mkdirSync(at('live'));
    writeFileSync(at('live', 'mlflow.db'), 'x'.repeat(5_000));
    expect(run('live', 'db', 'backup', at('copy.db')).stderr).toContain('is not a SQLite database');
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'db', 'backup', at('copy.dump')], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', MLFLOW_TRACKING_URI: 'postgresql://u:hunter2@127.0.0.1:1/x' },
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining('pg_dump --format=custom')]);
    expect(stderr).not.toContain('hunter2');
    expect(existsSync(at('copy.dump'))).toBe(false);
  });

  test('that is killed leaves nothing under its name', async () => {
    await using server = await serve('live');
    server.child.kill('SIGTERM');
    await server.gone;
    const child = spawn(process.execPath, [MAIN, 'db', 'backup', at('copy.db')], {
      env: { PATH: process.env['PATH'] ?? '', ...environment('live') },
    });
    await until(() => readdirSync(folder).some((name) => name.includes('.part-')) || child.exitCode !== null);
    child.kill('SIGKILL');
    await new Promise((resolve) =>
      child.exitCode !== null || child.signalCode !== null ? resolve(null) : child.once('close', resolve),
    );
    const left = readdirSync(folder).filter((name) => name.startsWith('copy.db'));
    // Either it was not there yet, or it was whole.
    if (left.includes('copy.db')) expect(statSync(at('copy.db')).size).toBeGreaterThan(100_000);
    else expect(left.every((name) => name.includes('.part-'))).toBe(true);
  });
});
