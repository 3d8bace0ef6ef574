import { adoptDeletedModels, adoptModel, type Steps } from '../operations/adoption.ts';
import type { Deps } from '../operations/ports.ts';
import { letOthersRun } from './let-others-run.ts';
import type { Job } from './runner.ts';

const NAMES_AT_ONCE = 50;
/** A stop of the server waits for a turn to end. */
const TURN_MS = 50;

/**
 * Once after the start: takes note of what MLflow wrote while we were away, model by model, then of models
 * that are gone. Changes adopt what they touch by themselves, so nobody waits for this.
 */
export function adoptModels(): Job {
  const place: Place = { after: '' };
  let steps: Steps | null = null;
  return {
    name: 'adopt-models',
    async turn(deps) {
      steps ??= adoptAll(deps, place);
      const endMs = deps.clock.now() + TURN_MS;
      try {
        do {
          await letOthersRun();
          if ((await steps.next()).done === true) return { more: false };
        } while (deps.clock.now() < endMs);
      } catch (error) {
        // Begun again at the model where it failed.
        steps = null;
        throw error;
      }
      return { more: true };
    },
  };
}

/** How far the pass has come: every model with a name up to this one is done. */
interface Place {
  after: string;
}

async function* adoptAll(deps: Deps, place: Place): Steps {
  for (;;) {
    const names = await deps.store.read((reader) =>
      reader.registeredModels.listNames(place.after, NAMES_AT_ONCE),
    );
    if (names.length === 0) break;
    for (const name of names) {
      yield* adoptModel(deps, name);
      place.after = name;
      yield;
    }
  }
  yield* adoptDeletedModels(deps);
}
