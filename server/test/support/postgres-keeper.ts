import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import process from 'node:process';

/** What the keeper gets, as JSON, in its only argument. */
export interface KeeperPlan {
  /** Where the commands run. It goes when they are done for. */
  readonly folder: string;
  /** One after the other, each only if the one before it succeeded. */
  readonly commands: readonly { readonly file: string; readonly args: readonly string[] }[];
  /** Whom they run as, in place of ourselves. */
  readonly account: { readonly uid: number; readonly gid: number } | undefined;
}

/*
 * A process between the tests and their PostgreSQL, so that the database dies with them however they die:
 * it keeps the commands running for as long as its standard input is open, which a killed parent closes too.
 */

let running: ChildProcess | undefined;
let over = false;

async function run(plan: KeeperPlan): Promise<void> {
  for (const { file, args } of plan.commands) {
    if (over) return;
    running = spawn(file, args, {
      cwd: plan.folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      ...plan.account,
    });
    const [code, signal] = await once(running, 'exit');
    if (!over && code !== 0) throw new Error(`${file} ended with ${code ?? signal}`);
  }
}

const plan = JSON.parse(process.argv[2] ?? '') as KeeperPlan;
process.stdin.resume().on('error', () => undefined);
process.stdin.once('close', () => {
  over = true;
  // The data is thrown away: there is no need for an orderly shutdown.
  running?.kill('SIGQUIT');
});
try {
  await run(plan);
} catch (error) {
  // What failed told its own reason before; a program that could not be started has only this one.
  if (!over) process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
}
if (over) await rm(plan.folder, { recursive: true, force: true, maxRetries: 5 });
process.stdin.destroy();
