import type { Slot } from '../domain/slot.ts';
import type { Deps } from './ports.ts';
import { readScoresBefore, readScoresRequested } from './score-table.ts';
import { verifyBefore, verifyRequested } from './verification.ts';

/** Reads what has to be read of files before a version moves: units of work only look at what is known. */
export async function prepareMove(
  deps: Deps,
  move: { readonly name: string; readonly version: number; readonly target: Slot },
): Promise<void> {
  await verifyBefore(deps, move);
  await readScoresBefore(deps, move);
}

/** The same for what a request asks for. */
export async function prepareRequested(deps: Deps, requestId: string): Promise<void> {
  await verifyRequested(deps, requestId);
  await readScoresRequested(deps, requestId);
}
