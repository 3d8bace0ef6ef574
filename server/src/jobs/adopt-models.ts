import { adoptModel } from '../operations/adoption.ts';
import type { Job } from './runner.ts';

const PER_TURN = 50;

/**
 * Once after the start: takes note of what MLflow wrote while we were away, model by model. Changes adopt
 * the model that they touch by themselves, so nobody waits for this.
 */
export function adoptModels(): Job {
  let after: string | null = '';
  return {
    name: 'adopt-models',
    async turn(deps) {
      if (after === null) return { more: false };
      const from: string = after;
      const names = await deps.store.read((reader) => reader.registeredModels.listNames(from, PER_TURN));
      for (const name of names) await adoptModel(deps, name);
      after = names.at(-1) ?? null;
      return { more: after !== null };
    },
  };
}
