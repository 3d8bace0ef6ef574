import type { Int64 } from './int64.ts';
import { STAGES, type Stage } from './stage.ts';

/** What versions can be assigned to (DESIGN section 3). */
export type Slot = `stage:${Stage}` | `alias:${string}`;

/** How a version came into a slot, or left it. */
export type SlotOrigin =
  | 'request'
  | 'direct'
  | 'forced'
  | 'rollback'
  | 'displaced'
  | 'retention'
  | 'outside'
  | 'adopted';

/** One stay of a version in a slot, `from <= t < to`; `toMs` null while it lasts. */
export interface SlotInterval {
  readonly slot: Slot;
  readonly version: number;
  readonly fromMs: Int64;
  readonly toMs: Int64 | null;
  /** Subject id. */
  readonly actor: string;
  readonly reason: string | null;
  /** The transition request that was executed. */
  readonly requestId: string | null;
  /** Whether it passed the policy by force. */
  readonly forced: boolean;
  readonly origin: SlotOrigin;
}

/** A slot as people write it: `stage:production`, `alias:champion`. Null: it is none. */
export function parseSlot(text: string): Slot | null {
  const at = text.indexOf(':');
  const name = text.slice(at + 1);
  if (at < 0 || name === '') return null;
  if (text.slice(0, at) === 'alias') return aliasSlot(name);
  const stage =
    text.slice(0, at) === 'stage' ? STAGES.find((known) => known === name.toLowerCase()) : undefined;
  return stage === undefined ? null : stageSlot(stage);
}

/** The stage of a stage's slot; null: it is an alias's. */
export function stageOfSlot(slot: Slot): Stage | null {
  return STAGES.find((stage) => slot === stageSlot(stage)) ?? null;
}

/** The alias of an alias's slot; null: it is a stage's. */
export function aliasOfSlot(slot: Slot): string | null {
  return slot.startsWith('alias:') ? slot.slice('alias:'.length) : null;
}

export function stageSlot(stage: Stage): Slot {
  return `stage:${stage}`;
}

export function aliasSlot(alias: string): Slot {
  return `alias:${alias}`;
}
