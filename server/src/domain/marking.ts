import { invalidArgument } from './errors.ts';

/** What somebody placed on something by name, and somebody may lift by name. It stays on record when it is lifted. */
export interface Marking {
  readonly reason: string;
  /** Subject id. */
  readonly placedBy: string;
  readonly placedAtMs: number;
  readonly lifted: Lift | null;
}

export interface Lift {
  /** Subject id. */
  readonly by: string;
  readonly atMs: number;
  readonly reason: string;
}

export const MARKING_REASON_LENGTH = 1_000;

/** @throws `invalid_argument` for a text that says nothing or too much. */
export function checkMarkingText(text: string, path: string, length: number): void {
  if (text.trim() === '' || [...text].length > length)
    throw invalidArgument(`It has 1 to ${length} characters, and not only blanks.`, path);
}

/** Subject ids of whoever placed and lifted it. */
export function subjectsOfMarking({ placedBy, lifted }: Marking): string[] {
  return [placedBy, ...(lifted === null ? [] : [lifted.by])];
}
