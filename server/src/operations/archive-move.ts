import type { Actor } from '../domain/actor.ts';
import { isRegistryError } from '../domain/errors.ts';
import type { Deps, Writer } from './ports.ts';
import { type Transition, transitionInUnit } from './transition.ts';

/** Archives a version as far as the policy lets it, in the caller's unit of work. Null: it is done; else why it stays. */
export async function archiveInUnit(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  move: Pick<Transition, 'name' | 'version' | 'reason' | 'origin'>,
): Promise<string | null> {
  try {
    const outcome = await transitionInUnit(deps, writer, actor, { ...move, to: 'archived', displace: false });
    return outcome.kind === 'moved' ? null : outcome.message;
  } catch (error) {
    if (isRegistryError(error, 'transition_not_allowed') || isRegistryError(error, 'permission_denied'))
      return error.message;
    throw error;
  }
}
