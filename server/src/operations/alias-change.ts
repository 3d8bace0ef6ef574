import type { Actor } from '../domain/actor.ts';
import { checkNewAlias } from '../domain/registered-model.ts';
import { setAlias } from './alias.ts';
import type { Deps } from './ports.ts';
import { authorizeChange } from './registered-model.ts';
import { selectVersion, type VersionReference } from './version-reference.ts';

/** Points an alias to a version however that is named; answers its number. @throws as `selectVersion`. */
export async function pointAlias(
  deps: Deps,
  actor: Actor,
  input: { name: string; alias: string; reference: VersionReference },
): Promise<number> {
  const { name, alias, reference } = input;
  checkNewAlias(alias);
  authorizeChange(actor, 'move-alias', name);
  const { version } = await deps.store.read((reader) => selectVersion(reader, name, reference));
  await setAlias(deps, actor, { name, alias, version });
  return version;
}
