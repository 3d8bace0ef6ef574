import type { Int64 } from './int64.ts';
import type { Stage } from './stage.ts';

/** What versions can be assigned to (DESIGN section 3). */
export type Slot = `stage:${Stage}` | `alias:${string}`;

/** How a version came into a slot, or left it. */
export type SlotOrigin = 'direct' | 'displaced' | 'outside' | 'adopted';

/** One stay of a version in a slot, `from <= t < to`; `toMs` null while it lasts. */
export interface SlotInterval {
  readonly slot: Slot;
  readonly version: number;
  readonly fromMs: Int64;
  readonly toMs: Int64 | null;
  /** Subject id. */
  readonly actor: string;
  readonly reason: string | null;
  readonly origin: SlotOrigin;
}

export function stageSlot(stage: Stage): Slot {
  return `stage:${stage}`;
}

export function aliasSlot(alias: string): Slot {
  return `alias:${alias}`;
}
