import { readFileSync } from 'node:fs';
import process from 'node:process';
import { onStopSignals } from '../../src/cli/stop-signals.ts';
import { compose } from '../../src/compose.ts';
import { loadConfig } from '../../src/config/config.ts';
import { withFailpoints } from './failpoints.ts';

/*
 * The server as `main.ts` runs it, but at an armed step the process kills itself as `kill -9` does. A step is armed by
 * TEST_FAILPOINT, or later by a message from the parent.
 */

let armed = process.env['TEST_FAILPOINT'];
const drainMs = Number(process.env['TEST_DRAIN_MS'] ?? 18_000);

const config = loadConfig(process.env, (path) => readFileSync(path, 'utf8'));
const running = await compose(config, (deps) =>
  withFailpoints(deps, (name) => {
    if (name === armed) process.kill(process.pid, 'SIGKILL');
  }),
);
process.on('message', ({ step }: { step: string }) => {
  armed = step;
  process.send?.('armed');
});
await running.listen();
onStopSignals((hurry) => void running.close({ drainMs, hurry }).then(() => process.exit(0)));
