import { stageSlot } from '../domain/slot.ts';
import { daysIn } from '../domain/time-in-slot.ts';
import type { Approved } from '../domain/tombstone.ts';
import type { Deps, Reader } from './ports.ts';
import { describeApproved } from './tombstone.ts';

/** What became of a version in production. */
export interface VersionPast {
  /** To one decimal; of a version that is there now until now. */
  readonly daysInProduction: number;
  /** The requests by which it entered, oldest first. */
  readonly approvals: readonly Approved[];
}

const PRODUCTION = stageSlot('production');

/** Of some versions of a model, in as many statements as for one. */
export async function findPasts(
  deps: Pick<Deps, 'clock'>,
  reader: Reader,
  modelId: string,
  versions: readonly number[],
): Promise<ReadonlyMap<number, VersionPast>> {
  const intervals = await reader.slots.listIntervalsOf(modelId, PRODUCTION, versions);
  const executed = await reader.transitionRequests.listExecuted(modelId, versions);
  const entered = executed.filter(({ target }) => target === PRODUCTION);
  const approvals = await describeApproved(reader, entered);
  return new Map(
    versions.map((version) => [
      version,
      {
        daysInProduction: daysIn(
          intervals.filter((interval) => interval.version === version),
          deps.clock.now(),
        ),
        approvals: approvals.filter((approved) => approved.version === version),
      },
    ]),
  );
}
