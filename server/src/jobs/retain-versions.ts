import { isRegistryError } from '../domain/errors.ts';
import type { Deps } from '../operations/ports.ts';
import { sweepNext } from '../operations/purge.ts';
import { goOnWithPlan } from '../operations/retention-apply.ts';
import { removeOldPlans, runRetention } from '../operations/retention-run.ts';
import type { Job } from './runner.ts';

/** Runs once a day, goes on with plans that were begun, removes what is past its grace, and clears away old plans. */
export const retainVersions: Job = {
  name: 'retain-versions',
  async turn(deps) {
    return { more: (await retain(deps)) || (await removeOldPlans(deps)) };
  },
};

/** A clock that jumped stops all of it; `GET /api/v1/retention` and whoever makes a plan are told. */
async function retain(deps: Deps): Promise<boolean> {
  try {
    return (await runRetention(deps)) || (await goOnWithPlan(deps)) || (await sweepNext(deps));
  } catch (error) {
    if (isRegistryError(error, 'clock_jumped')) return false;
    throw error;
  }
}
