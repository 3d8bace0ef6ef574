import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { dbCheck } from './cli/db-check.ts';
import { dbInfo } from './cli/db-info.ts';
import { onParentEnd, onStopSignals } from './cli/stop-signals.ts';
import { compose, inspectDatabaseOf, programVersion } from './compose.ts';
import { type Config, ConfigError, loadConfig } from './config/config.ts';
import { DatabaseRefused } from './store/schema/database-refused.ts';

/** argv → command. The only file that reads the environment and the arguments, and that exits. */

const EXIT_CODES = `
Exit code 0: it can (what would be created is listed). 1: it cannot, and the last line says why.`;

const program = new Command('farmiq-registry')
  .description('A model registry that speaks MLflow, keeps its promises, and remembers.')
  .version(programVersion());

program
  .command('serve', { isDefault: true })
  .description('serve both APIs (settings come from the environment; see docs/configuration.md)')
  .action(async () => {
    const config = readConfig();
    const running = await compose(config);
    await running.app.listen({ port: config.port, host: config.host });
    onStopSignals((hurry) => void running.close({ hurry }).then(() => process.exit(0), fail));
    if (process.env['npm_lifecycle_event'] !== undefined)
      onParentEnd(() => process.kill(process.pid, 'SIGTERM'));
  });

const db = program.command('db').description('look at the database that the settings name, without writing');

db.command('check')
  .description('say whether the registry can serve the database, and what its first start would do')
  .addHelpText('after', EXIT_CODES)
  .option('--json', 'print JSON')
  .action(inspecting(dbCheck));

db.command('info')
  .description('say which MLflow made the database, and how much is in it (counts rows: may take seconds)')
  .option('--json', 'print JSON')
  .action(inspecting(dbInfo));

await program.parseAsync().catch(fail);

function inspecting(command: typeof dbCheck): (options: { json?: true }) => Promise<void> {
  return async ({ json }) => {
    const inspector = await inspectDatabaseOf(readConfig());
    const print = (text: string) => void process.stdout.write(text);
    const code = await command(inspector, { json: json === true }, print).finally(() => inspector.close());
    process.exitCode = code;
  };
}

function readConfig(): Config {
  return loadConfig(process.env, (path) => readFileSync(path, 'utf8'));
}

/** What the operator can mend is one line; anything else is a bug and shows its stack. */
function fail(error: unknown): never {
  const expected = error instanceof ConfigError || error instanceof DatabaseRefused || isListenError(error);
  const text = error instanceof Error ? (expected ? error.message : error.stack) : String(error);
  process.stderr.write(`farmiq-registry: ${text}\n`);
  process.exit(1);
}

function isListenError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen';
}
