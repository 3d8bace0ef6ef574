import type { Marking } from './marking.ts';

/** A reason that forbids deletion, placed and lifted by name (v1-api section 4). It stays on record when it is lifted. */
export interface Hold extends Marking {
  readonly holdId: string;
  readonly modelId: string;
  /** Null: the whole model. */
  readonly version: number | null;
  /** What it is about elsewhere, such as `LEGAL-14`. */
  readonly reference: string | null;
}

export const HOLD_REFERENCE_LENGTH = 200;

/** As a plan tells it: `hold LEGAL-14`, else with the reason. */
export function holdText({ reference, reason }: Pick<Hold, 'reference' | 'reason'>): string {
  return reference === null ? `hold: ${reason}` : `hold ${reference}`;
}

/** Whether it is about the version, or about all of the model. */
export function coversVersion(hold: Pick<Hold, 'version'>, version: number): boolean {
  return hold.version === null || hold.version === version;
}
