import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import type { Deps, Reader } from './ports.ts';
import { authorizeRead } from './registered-model.ts';

/** @throws `model_not_found` when the model is absent or the actor may not read it: the two look the same. */
export async function requireVisible(deps: Deps, actor: Actor, name: string): Promise<void> {
  authorizeRead(actor, name);
  await deps.store.read((reader) => requireModel(reader, name));
}

/** @throws `model_not_found`. */
export async function requireModel(reader: Pick<Reader, 'registeredModels'>, name: string): Promise<void> {
  if ((await reader.registeredModels.findKind(name)) === null)
    throw new RegistryError('model_not_found', { name });
}
