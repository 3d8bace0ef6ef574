import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServerProcess, startServer } from './server-process.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const PASSWORD = 'barn-owl-tractor-seven';

let folder: string;
let settings: Record<string, string>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'registry-cli-'));
  settings = {
    MLFLOW_TRACKING_URI: `sqlite:///${folder}/mlflow.db`,
    MLFLOW_ARTIFACT_ROOT: join(folder, 'artifacts'),
    REGISTRY_AUDIT_KEY_FILE: join(folder, 'audit.key'),
    REGISTRY_AUTH: 'local',
  };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...command.split(' ')], {
    input,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...settings },
  });
  return { status, stdout, stderr };
}

function done(command: string, input = ''): string {
  const { status, stdout, stderr } = run(command, input);
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

const json = (command: string, input = '') => JSON.parse(done(`${command} --json`, input));

describe('accounts from the command line, while the server runs', () => {
  let server: ServerProcess;
  let url: string;

  beforeAll(async () => {
    const made = json('admin create-user ada --role admin --password-stdin', `${PASSWORD}\n`);
    expect(made).toMatchObject({ name: 'ada', kind: 'user', role: 'admin', pattern: '*' });
    const data = {
      databaseUrl: settings['MLFLOW_TRACKING_URI'] ?? '',
      artifactRoot: join(folder, 'artifacts'),
      [Symbol.asyncDispose]: async () => undefined,
    };
    server = await startServer(data, { command: [process.execPath, MAIN], settings });
    url = `${server.origin}/api/v1/me`;
  });
  afterAll(async () => {
    server.child.kill('SIGTERM');
    await server.gone;
  });

  const status = async (secret: string) =>
    (await fetch(url, { headers: { authorization: `Bearer ${secret}` } })).status;

  test('a token is made, good at once, and revoked at once', async () => {
    const secret = done('admin create-token --user ada --expires-in 12h').trimEnd().split('\n').at(-1) ?? '';
    expect(secret).toMatch(/^frt_/);
    expect(await status(secret)).toBe(200);
    expect(done(`admin revoke-token ${secret.slice(0, 12)}`)).toContain('is revoked');
    expect(await status(secret)).toBe(401);
  });

  test('a user is granted a role, gets a password, and is disabled', async () => {
    json('admin create-user mia --password-stdin', PASSWORD);
    expect(json('admin grant --user mia --role writer --models layer-*')).toMatchObject({
      resource: 'model',
    });
    expect(json('admin create-user bot --service-account --owner mia')).toMatchObject({
      kind: 'service_account',
    });
    json('admin grant --group vision --role reader --experiments *');
    const grants = json('admin list-grants');
    expect(grants).toMatchObject([
      { user: 'ada', role: 'admin', resource: 'model' },
      { user: 'ada', role: 'admin', resource: 'experiment' },
      { user: 'mia', role: 'writer', resource: 'model', pattern: 'layer-*' },
      { group: 'vision', role: 'reader', resource: 'experiment' },
    ]);
    expect(done('admin list-grants').trimEnd().split('\n')).toHaveLength(4);
    done('admin set-password mia --password-stdin', 'grain-silo-lantern-nine\n');
    const secret = json('admin create-token --user mia --scopes read').secret;
    expect(await status(secret)).toBe(200);
    done('admin disable-user mia');
    expect(await status(secret)).toBe(401);
  });

  test.each<[string, number, RegExp]>([
    ['nonsense', 2, /unknown command 'nonsense'; there are serve, db, admin, compare, retention, audit/],
    ['admin nonsense', 2, /nonsense/],
    ['admin create-user eve', 2, /--password-stdin/],
    ['admin create-user eve --role king --password-stdin', 2, /'king' is no role; there are reader/],
    ['admin create-user eve --password-stdin', 1, /15/],
    ['admin create-user ada --password-stdin', 1, /15|somebody's already/],
    ['admin create-user eve --service-account', 2, /--owner/],
    ['admin create-token', 2, /--user/],
    ['admin create-token --user nobody', 1, /nobody named nobody/],
    ['admin create-token --user ada --expires-in 3weeks', 2, /'3weeks' is no duration/],
    ['admin create-token --user ada --scopes everything', 1, /scope/],
    ['admin revoke-token nothing', 1, /no token nothing/],
    ['admin grant --user ada --role reader', 2, /--models and --experiments/],
    ['admin grant --role reader --models x', 2, /--user and --group/],
    ['audit verify --export missing.ndjson', 2, /--public-key/],
    ['audit verify --checkpoint missing', 2, /missing cannot be read/],
  ])('%s ends with %i and one line that says why', (command, code, text) => {
    const { status, stdout, stderr } = run(command, 'short');
    expect([status, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(text);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

// The server has stopped: every event has its place, and the last checkpoint is made.
describe('the audit log from the command line', () => {
  const file = (name: string) => join(folder, name);

  test('is verified where it is, and away from it', () => {
    expect(done('audit verify')).toMatch(/^trusted checkpoint: .*\nverified: proved up to seq [0-9]+\n$/);
    const log = done(`audit export --public-key-out ${file('key.pub')}`);
    writeFileSync(file('log.ndjson'), log);
    const offline = `audit verify --export ${file('log.ndjson')} --public-key ${file('key.pub')}`;
    expect(json(offline)).toMatchObject({ kind: 'verified', unproved: 0 });
    expect(log).not.toContain(PASSWORD);

    writeFileSync(file('log.ndjson'), log.replace('"role":"writer"', '"role":"admin"'));
    const { status, stdout } = run(offline);
    expect(status).toBe(1);
    expect(stdout).toMatch(/first bad seq [0-9]+: /);
    const lines = log.split('\n');
    writeFileSync(file('log.ndjson'), lines.toSpliced(3, 1).join('\n'));
    expect(run(offline).stdout).toContain('first bad seq 2: the event is gone');
    writeFileSync(file('other.pub'), readFileSync(file('key.pub'), 'utf8').replace('+', '-'));
    expect(run(offline.replace('key.pub', 'other.pub')).status).toBe(2);
  });

  test('an event that was edited past the triggers is found', () => {
    const database = new DatabaseSync(join(folder, 'mlflow.db'));
    const triggers = database
      .prepare(`select name from sqlite_master where type = 'trigger' and tbl_name = 'registry_audit_events'`)
      .all();
    const edit = `update registry_audit_events set event = replace(event, '"role":"writer"', '"role":"admin"')`;
    expect(() => database.exec(edit)).toThrow();
    for (const { name } of triggers) database.exec(`drop trigger "${name}"`);
    database.exec(edit);
    database.close();
    const { status, stdout } = run('audit verify');
    expect(status).toBe(1);
    expect(stdout).toMatch(/first bad seq [0-9]+: the event is not the one that was signed/);
  });
});

describe('comparing from the command line', () => {
  beforeAll(async () => {
    const data = {
      databaseUrl: settings['MLFLOW_TRACKING_URI'] ?? '',
      artifactRoot: join(folder, 'artifacts'),
      [Symbol.asyncDispose]: async () => undefined,
    };
    const server = await startServer(data, {
      command: [process.execPath, MAIN],
      settings: { ...settings, REGISTRY_AUTH: 'none' },
    });
    for (const accuracy of [0.9, 0.95])
      await fetch(`${server.origin}/api/v1/models/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model_name: 'barn', model_type: 'custom', metrics: { accuracy } }),
      });
    server.child.kill('SIGTERM');
    await server.gone;
  });

  test('says which is better and why, in each format', () => {
    const table = done('compare barn 1 2');
    expect(table).toContain('barn: version 2 against version 1\n\nversion 2: better\n');
    expect(table).toMatch(/^accuracy +0\.9 +0\.95 \(\+0\.05, \+5\.56 %, better\)$/m);
    expect(done('compare barn 1 1.1.0 --format markdown')).toContain('| accuracy | 0.9 | 0.95 (');
    expect(done('compare barn 1 2 --format csv')).toContain('metric,accuracy,0.9,0.95,0.05,5.56,better\n');
    expect(json('compare barn 1 2')).toMatchObject({
      verdict: { outcome: 'better' },
      rows: [{ kind: 'metric', name: 'accuracy', base: 0.9, value: 0.95 }],
    });
  });

  test.each([
    ['compare barn 1 x', 2, 'neither a number such as 3'],
    ['compare barn 1 2 --format pdf', 2, 'there are table, markdown, csv'],
    ['compare barn', 2, "missing required argument 'version1'"],
    ['compare barn 1 9', 1, 'farmiq-registry: barn has no version 9; it has versions in development.'],
    [
      'compare barn 1',
      1,
      'farmiq-registry: barn has no version in production; it has versions in development.',
    ],
    ['compare nobody 1 2', 1, 'farmiq-registry: there is no registered model nobody.'],
  ])('%s ends with %d and a line that says why', (command, code, text) => {
    const { status, stderr } = run(command);
    expect([status, stderr.trim().split('\n').length]).toEqual([code, 1]);
    expect(stderr).toContain(text);
  });
});

// Of the two versions of barn from before.
describe('retention from the command line', () => {
  test('says what would go and why, does it, and does it once', () => {
    const young = done('retention plan');
    expect(young).toBe(
      'Nothing is to be done.\n2 versions: 0 to archive, 0 to purge (0 bytes), 0 kept, 2 whose time has not come.\n',
    );
    const database = new DatabaseSync(join(folder, 'mlflow.db'));
    const longAgo = Date.parse('2026-01-02T03:04:05Z');
    database.exec(`update registry_versions set created_at_ms = ${longAgo}`);
    database.exec(`update registry_slot_intervals set from_ms = ${longAgo}`);
    database.exec(`insert into registry_holds (hold_id, model_id, version, reason, reference, placed_by, placed_at_ms)
      select 'h', model_id, 2, 'r', 'LEGAL-14', 'local', 0 from registry_models where name = 'barn'`);
    database.close();
    const [header, action, empty, keptTitle, , kept, , totals, way] = done('retention plan').split('\n');
    expect(header).toMatch(/^model +version +action +bytes +reason$/);
    expect(action).toMatch(
      /^barn +1 +archive +0 +development, untouched since 2026-01-02T03:04:05\.000Z; 30 days allowed$/,
    );
    expect([empty, keptTitle]).toEqual(['', 'Kept:']);
    expect(kept).toMatch(/^barn +2 +hold LEGAL-14$/);
    expect(totals).toMatch(/^2 versions: 1 to archive, .* 1 kept, 0 whose time has not come\.$/);
    const apply = way?.replace('To do it: farmiq-registry ', '') ?? '';
    expect(run(apply.replace(/sha256:.*/, 'sha256:0')).stderr).toContain('read it again');
    expect(done(apply)).toBe('1 done, 0 left out.\n');
    const again = run(apply);
    expect([again.status, again.stderr]).toEqual([
      1,
      expect.stringMatching(/^farmiq-registry: the plan .* was applied before\.\n$/),
    ]);
    expect(json('retention plan')).toMatchObject({ actions: [], totals: { notDue: 1, kept: 1 } });
  });

  test('a plan that is not there ends with 1 and a line that says why', () => {
    const { status, stderr } = run('retention apply none sha256:0');
    expect([status, stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(stderr).toContain('There is no retention plan none');
  });
});
