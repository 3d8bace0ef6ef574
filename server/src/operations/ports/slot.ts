import type { Slot, SlotInterval, SlotOrigin } from '../../domain/slot.ts';

/** A change of holders, all at one instant. */
interface SlotChange {
  readonly modelId: string;
  readonly atMs: number;
  readonly actor: string;
  readonly reason: string | null;
  /** The transition request that is executed. */
  readonly requestId?: string | null;
}

/** Where an interval stands among the others of its model. */
export type IntervalPlace = Pick<SlotInterval, 'fromMs' | 'slot' | 'version'>;

export interface SlotReader {
  /** The versions that hold the slot now, last entered first. */
  listHolders(modelId: string, slot: Slot): Promise<number[]>;
  /** The slots of stages that the version holds now (one, unless someone changed the stage from outside). */
  listStageSlots(modelId: string, version: number): Promise<Slot[]>;
  /** Intervals of the slot, or of all slots (null), newest first; behind one. */
  listIntervals(
    modelId: string,
    slot: Slot | null,
    page: { after: IntervalPlace | null; limit: number },
  ): Promise<SlotInterval[]>;
  /** All of some versions in a slot, oldest first. */
  listIntervalsOf(modelId: string, slot: Slot, versions: readonly number[]): Promise<SlotInterval[]>;
  /** Those that contain the instant, last entered first. */
  listIntervalsAt(modelId: string, slot: Slot, atMs: number): Promise<SlotInterval[]>;
}

export interface SlotWriter extends SlotReader {
  /**
   * The instant for a change of these slots: `nowMs`, or one ms after the last entry when the clock has not
   * passed it, so that within a slot `from` strictly grows.
   */
  nextInstant(modelId: string, slots: readonly Slot[], nowMs: number): Promise<number>;
  /** Opens an interval. */
  enter(change: SlotChange, slot: Slot, version: number, origin: SlotOrigin): Promise<void>;
  /** Closes the version's open interval in the slot, if there is one. */
  leave(change: SlotChange, slot: Slot, version: number): Promise<void>;
  /** Closes every open interval of the version, or of the whole model. */
  leaveAll(modelId: string, version: number | null, atMs: number): Promise<void>;
}
