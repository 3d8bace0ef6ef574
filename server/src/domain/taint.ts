import type { Marking } from './marking.ts';

/** A dataset that is known to be bad, and why. It stays on record when it is lifted. */
export interface Taint extends Marking {
  readonly taintId: string;
  /** Its id in the lineage graph. */
  readonly node: string;
  readonly dataset: string;
  readonly digest: string;
}

/** As a refusal names it. */
export function taintText({ dataset, digest, reason }: Pick<Taint, 'dataset' | 'digest' | 'reason'>): string {
  return `${dataset}@${digest} (${reason})`;
}
