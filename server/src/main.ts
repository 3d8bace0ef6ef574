import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { compose, programVersion } from './compose.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import { DatabaseRefused } from './store/schema/database-refused.ts';

/** argv → command. The only file that reads the environment and the arguments, and that exits. */

const program = new Command('farmiq-registry')
  .description('A model registry that speaks MLflow, keeps its promises, and remembers.')
  .version(programVersion());

program
  .command('serve', { isDefault: true })
  .description('serve both APIs (settings come from the environment; see docs/configuration.md)')
  .action(async () => {
    const config = loadConfig(process.env, (path) => readFileSync(path, 'utf8'));
    const running = await compose(config);
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void running.close().then(() => process.exit(0), fail));
    await running.app.listen({ port: config.port, host: config.host });
  });

await program.parseAsync().catch(fail);

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
