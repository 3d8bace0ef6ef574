import { invalidArgument } from './errors.ts';

/** A reason that forbids deletion, placed and lifted by name (v1-api section 4). It stays on record when it is lifted. */
export interface Hold {
  readonly holdId: string;
  readonly modelId: string;
  /** Null: the whole model. */
  readonly version: number | null;
  readonly reason: string;
  /** What it is about elsewhere, such as `LEGAL-14`. */
  readonly reference: string | null;
  /** Subject id. */
  readonly placedBy: string;
  readonly placedAtMs: number;
  readonly lifted: { readonly by: string; readonly atMs: number; readonly reason: string } | null;
}

export const HOLD_REASON_LENGTH = 1_000;
export const HOLD_REFERENCE_LENGTH = 200;

/** @throws `invalid_argument` for a text that says nothing or too much. */
export function checkHoldText(text: string, path: string, length: number): void {
  if (text.trim() === '' || [...text].length > length)
    throw invalidArgument(`It has 1 to ${length} characters, and not only blanks.`, path);
}

/** As a plan tells it: `hold LEGAL-14`, else with the reason. */
export function holdText({ reference, reason }: Pick<Hold, 'reference' | 'reason'>): string {
  return reference === null ? `hold: ${reason}` : `hold ${reference}`;
}

/** Whether it is about the version, or about all of the model. */
export function coversVersion(hold: Pick<Hold, 'version'>, version: number): boolean {
  return hold.version === null || hold.version === version;
}
