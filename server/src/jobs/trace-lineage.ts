import { traceSome } from '../operations/lineage-record.ts';
import type { Job } from './runner.ts';

/** Keeps the lineage of versions that were there before us, and of those that MLflow adds past us. */
export function traceLineage(): Job {
  return {
    name: 'trace-lineage',
    async turn(deps) {
      return { more: await traceSome(deps) };
    },
  };
}
