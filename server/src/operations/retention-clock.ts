import { RegistryError } from '../domain/errors.ts';
import { CLOCK_JUMP_MS } from '../domain/retention.ts';
import type { Deps, Reader } from './ports.ts';

/**
 * What time it is for taking something away: the database's, where it has a clock of its own. Time while the server was
 * off is no jump. @throws `clock_jumped` when a clock cannot be believed.
 */
export async function retentionNow(
  deps: Pick<Deps, 'clock'>,
  reader: Pick<Reader, 'retention'>,
): Promise<number> {
  const nowMs = deps.clock.now();
  const driftMs = deps.clock.driftMs();
  if (Math.abs(driftMs) > CLOCK_JUMP_MS)
    throw jumped(
      `The clock of this server was set ${distance(driftMs)} while it ran; start the server again when it is right.`,
    );
  const databaseMs = await reader.retention.databaseNowMs();
  if (databaseMs === null) return nowMs;
  if (Math.abs(databaseMs - nowMs) > CLOCK_JUMP_MS)
    throw jumped(
      `The clock of the database is ${distance(databaseMs - nowMs)} of this server's; set the one that is wrong.`,
    );
  return databaseMs;
}

function jumped(message: string): RegistryError<'clock_jumped'> {
  return new RegistryError('clock_jumped', { message: `Nothing is taken away: ${message}` });
}

function distance(ms: number): string {
  const days = Math.abs(ms) / CLOCK_JUMP_MS;
  return `${days.toFixed(1)} days ${ms > 0 ? 'ahead' : 'behind'}`;
}
