import type { Actor } from '../domain/actor.ts';
import { invalidArgument, isRegistryError } from '../domain/errors.ts';
import { type ParentReference, parseParentReference } from '../domain/parent-reference.ts';
import { isPermitted } from '../domain/permission.ts';
import type { Parent } from '../domain/version-record.ts';
import type { Reader } from './ports.ts';
import { modelResource } from './registered-model.ts';
import { parseVersionReference, selectVersion, type VersionSelector } from './version-reference.ts';

/**
 * What `parent_model` means: a version here, or something that we do not hold (also one that the actor may
 * not read: the two look the same). A name alone is its production version, else its newest.
 * @throws `invalid_argument` when the model is here and the version or alias is not.
 */
export async function resolveParent(reader: Reader, actor: Actor, text: string): Promise<Parent> {
  const reference = parseParentReference(text);
  if (await isReadable(reader, actor, reference.name))
    return selected(reader, reference, () => selectorOf(reference));
  // A name of MLflow's may hold the signs that separate.
  if (reference.name !== text && (await isReadable(reader, actor, text)))
    return selected(reader, { ...reference, name: text }, () => ({ by: 'default' }));
  return { kind: 'external', name: text };
}

async function isReadable(reader: Reader, actor: Actor, name: string): Promise<boolean> {
  return (
    isPermitted(actor, 'read-metadata', modelResource(name)) &&
    (await reader.registeredModels.findKind(name)) !== null
  );
}

async function selected(
  reader: Reader,
  { name, text }: ParentReference,
  selector: () => VersionSelector,
): Promise<Parent> {
  try {
    const { version } = await selectVersion(reader, name, selector());
    return { kind: 'model_version', name, version };
  } catch (error) {
    const missing = [
      'invalid_argument',
      'version_not_found',
      'version_deleted',
      'version_purged',
      'alias_not_found',
      'no_versions',
    ] as const;
    if (!missing.some((code) => isRegistryError(error, code))) throw error;
    throw invalidArgument(
      `Parent model ${JSON.stringify(text)} names no version of ${name}; write name, name/version or name@alias of a version that exists.`,
      '/parent_model',
    );
  }
}

function selectorOf({ selector }: ParentReference): VersionSelector {
  if (selector.by === 'version') return parseVersionReference(selector.text, '/parent_model');
  return selector.by === 'alias' ? selector : { by: 'default' };
}
