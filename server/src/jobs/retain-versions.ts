import { goOnWithPlan } from '../operations/retention-apply.ts';
import { removeOldPlans, runRetention } from '../operations/retention-run.ts';
import type { Job } from './runner.ts';

/** Goes on with plans that were begun, runs once a day, and clears away plans that are over. */
export const retainVersions: Job = {
  name: 'retain-versions',
  async turn(deps) {
    return { more: (await goOnWithPlan(deps)) || (await runRetention(deps)) || (await removeOldPlans(deps)) };
  },
};
