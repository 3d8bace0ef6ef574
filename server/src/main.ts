import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { CommandError, UsageError } from './cli/command.ts';
import { addCommands } from './cli/commands.ts';
import { dbBackup } from './cli/db-backup.ts';
import { dbCheck } from './cli/db-check.ts';
import { dbInfo } from './cli/db-info.ts';
import { onParentEnd, onStopSignals } from './cli/stop-signals.ts';
import { openForCommands, PROOF_TOOLS } from './compose/commands.ts';
import { backupDatabaseOf, inspectDatabaseOf } from './compose/database.ts';
import { programVersion } from './compose/program-version.ts';
import { compose } from './compose.ts';
import { type Config, ConfigError, loadConfig } from './config/config.ts';
import { RegistryError } from './domain/errors.ts';
import { DatabaseRefused } from './store/schema/database-refused.ts';

/** argv → command. The only file that reads the environment and the arguments, and that exits. */

/** For arguments that are none. */
const USAGE_EXIT_CODE = 2;

const EXIT_CODES = `
Exit code 0: it can (what would be created is listed). 1: it cannot, and the last line says why.`;

const program = new Command('farmiq-registry')
  .description('A model registry that speaks MLflow, keeps its promises, and remembers.')
  .version(programVersion())
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : USAGE_EXIT_CODE));

program
  .command('serve', { isDefault: true })
  .description('serve both APIs (settings come from the environment; see docs/configuration.md)')
  .allowExcessArguments()
  .action(async (_options, { args: [unknown] }: Command) => {
    // Whatever is no command comes here: serving is what is done without one.
    if (unknown !== undefined)
      throw new UsageError(`unknown command '${unknown}'; there are ${commandNames()}`);
    const config = readConfig();
    const running = await compose(config);
    await running.listen();
    // Windows has no such signal.
    if (process.platform !== 'win32') process.on('SIGUSR2', running.toggleLogLevel);
    onStopSignals((hurry) => void running.close({ hurry }).then(() => process.exit(0), fail));
    if (process.env['npm_lifecycle_event'] !== undefined)
      onParentEnd(() => process.kill(process.pid, 'SIGTERM'));
  });

const db = program
  .command('db')
  .description('look at the database that the settings name, or copy it, without writing to it');

db.command('check')
  .description('say whether the registry can serve the database, and what its first start would do')
  .addHelpText('after', EXIT_CODES)
  .option('--json', 'print JSON')
  .action(inspecting(dbCheck));

db.command('info')
  .description('say which MLflow made the database, and how much is in it (counts rows: may take seconds)')
  .option('--json', 'print JSON')
  .action(inspecting(dbInfo));

db.command('backup')
  .description('copy a SQLite database into a new file, also while a server runs on it')
  .argument('<file>', 'the copy; never one that exists')
  .option('--json', 'print JSON')
  .action(async (file: string, { json }: { json?: true }) => {
    const print = (text: string) => void process.stdout.write(text);
    process.exitCode = await dbBackup(
      () => backupDatabaseOf(readConfig(), file),
      { json: json === true },
      print,
    );
  });

addCommands(program, (needs) => openForCommands(readConfig(), needs), PROOF_TOOLS);

await program.parseAsync().catch(fail);

function inspecting(command: typeof dbCheck): (options: { json?: true }) => Promise<void> {
  return async ({ json }) => {
    const inspector = await inspectDatabaseOf(readConfig());
    const print = (text: string) => void process.stdout.write(text);
    const code = await command(inspector, { json: json === true }, print).finally(() => inspector.close());
    process.exitCode = code;
  };
}

function commandNames(): string {
  return program.commands.map((command) => command.name()).join(', ');
}

function readConfig(): Config {
  return loadConfig(process.env, (path) => readFileSync(path, 'utf8'));
}

/** What the operator can mend is one line; anything else is a bug and shows its stack. */
function fail(error: unknown): never {
  const expected =
    error instanceof ConfigError ||
    error instanceof DatabaseRefused ||
    error instanceof UsageError ||
    error instanceof CommandError ||
    error instanceof RegistryError ||
    isListenError(error);
  const text = error instanceof Error ? (expected ? error.message : error.stack) : String(error);
  process.stderr.write(`farmiq-registry: ${text}\n`);
  process.exit(error instanceof UsageError ? USAGE_EXIT_CODE : 1);
}

function isListenError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen';
}
