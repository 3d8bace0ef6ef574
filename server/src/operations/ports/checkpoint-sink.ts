/** A place away from the database where checkpoints are kept, so that the log cannot be rewritten with its proof. */
export interface CheckpointSink {
  /** For people. */
  readonly name: string;
  /**
   * Keeps the note of a log of that size; the same note again is fine.
   * @throws CheckpointContradicted when another note of that size is there; `unavailable` when it does not answer.
   */
  keep(size: number, note: string): Promise<void>;
  /** The note of the greatest size; null when there is none. */
  newest(): Promise<string | null>;
}

/** The log that is signed now is not the one that was signed before: somebody rewrote it. */
export class CheckpointContradicted extends Error {
  constructor(size: number, sink: string) {
    super(`${sink} holds another checkpoint of ${size} events: the audit log or its key was replaced`);
  }
}

const DIGITS = 16;
const NAME = new RegExp(`^([0-9]{${DIGITS}})\\.checkpoint$`);

/** Sorts as the sizes do. */
export function checkpointFileName(size: number): string {
  return `${String(size).padStart(DIGITS, '0')}.checkpoint`;
}

/** The greatest of the names that are a checkpoint's. */
export function newestCheckpointName(names: readonly string[]): string | null {
  return (
    names
      .filter((name) => NAME.test(name))
      .toSorted()
      .at(-1) ?? null
  );
}
