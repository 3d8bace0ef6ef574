import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { dogstatsdPlace } from '../config/datadog-settings.ts';
import { within } from '../host/deadline.ts';
import type { Measure } from '../operations/telemetry.ts';
import { programVersion } from './program-version.ts';

/** Datadog: what its agent makes one point of. */
const EVERY_MS = 10_000;
/** An agent that hangs holds up nothing. */
const CLOSE_MS = 1_000;

/**
 * Sends what `/metrics` says to Datadog's agent, if the settings name one, every ten seconds and at the end. The library is
 * loaded only then. An installation that cannot is told in the log; the server serves without.
 */
export async function startDatadog(
  config: Config,
  measure: Measure,
  log: Logger,
): Promise<{ stop(): Promise<void> }> {
  const place = dogstatsdPlace(config);
  if (place === null) return { stop: async () => undefined };
  const { openDatadog } = await import('../datadog/datadog.ts');
  const tags = {
    ...(config.datadogEnv === undefined ? {} : { env: config.datadogEnv }),
    service: config.datadogService,
    version: config.datadogVersion ?? programVersion(),
  };
  const datadog = await openDatadog({ place, tags }).catch((error: unknown) => {
    log.warn(
      { err: error },
      'nothing is sent to Datadog: the optional package node-unix-socket is not installed',
    );
    return null;
  });
  if (datadog === null) return { stop: async () => undefined };
  const report = async () => datadog.report(await measure());
  const timer = setInterval(() => void report(), EVERY_MS).unref();
  return {
    async stop() {
      clearInterval(timer);
      await within(
        report().then(() => datadog.close()),
        CLOSE_MS,
      );
    },
  };
}
