import type { Actor } from '../domain/actor.ts';
import { deleteModelVersion } from './model-version.ts';
import type { Deps } from './ports.ts';
import { authorizeChange } from './registered-model.ts';
import { selectVersion, type VersionReference } from './version-reference.ts';

/** Deletes a version however it is named; answers its number. @throws as `selectVersion`. */
export async function deleteVersion(
  deps: Deps,
  actor: Actor,
  input: { name: string; reference: VersionReference },
): Promise<number> {
  const { name, reference } = input;
  authorizeChange(actor, 'delete', name);
  const { version } = await deps.store.read((reader) => selectVersion(reader, name, reference));
  await deleteModelVersion(deps, actor, { name, version });
  return version;
}
