import type { Int64 } from '../domain/int64.ts';
import type { Lift, Marking } from '../domain/marking.ts';

/** The columns that every table of markings has. */
interface MarkingRow {
  readonly reason: string;
  readonly placed_by: string;
  readonly placed_at_ms: Int64;
  readonly lifted_by: string | null;
  readonly lifted_at_ms: Int64 | null;
  readonly lift_reason: string | null;
}

/** One that stands. */
export function placedColumns({ reason, placedBy, placedAtMs }: Marking) {
  return {
    reason,
    placed_by: placedBy,
    placed_at_ms: placedAtMs,
    lifted_by: null,
    lifted_at_ms: null,
    lift_reason: null,
  };
}

export function liftedColumns({ by, atMs, reason }: Lift) {
  return { lifted_by: by, lifted_at_ms: atMs, lift_reason: reason };
}

export function toMarking(row: MarkingRow): Marking {
  const { lifted_by: by, lifted_at_ms: atMs, lift_reason: reason } = row;
  return {
    reason: row.reason,
    placedBy: row.placed_by,
    placedAtMs: Number(row.placed_at_ms),
    lifted: atMs === null ? null : { by: by ?? '', atMs: Number(atMs), reason: reason ?? '' },
  };
}
