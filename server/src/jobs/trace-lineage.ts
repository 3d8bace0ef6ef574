import { traceSome } from '../operations/lineage-record.ts';
import { letOthersRun } from './let-others-run.ts';
import type { Job } from './runner.ts';

/** Keeps the lineage of versions that were there before us, and of those that MLflow adds past us. */
export function traceLineage(): Job {
  return {
    name: 'trace-lineage',
    async turn(deps) {
      await letOthersRun();
      return { more: await traceSome(deps) };
    },
  };
}
