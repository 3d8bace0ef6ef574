import type { Actor } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { PROMPT_TAG } from '../domain/registered-model.ts';
import { checkRegistryTag } from '../domain/tag.ts';
import { promptTagChanged } from '../domain/webhook-payload.ts';
import { lockModel } from './model-identity.ts';
import { type ModelSummary, summarize } from './model-list.ts';
import type { Deps } from './ports.ts';
import { authorizeChange, checkDescription, recordModelUpdate } from './registered-model.ts';
import { announce } from './webhook-announcement.ts';

export interface ModelEdit {
  readonly name: string;
  /** Undefined leaves it, null clears it. */
  readonly description: string | null | undefined;
  /** A null value removes the tag. */
  readonly tags: ReadonlyMap<string, string | null>;
}

/** Changes description and tags of a model. @throws `model_not_found`, `invalid_argument`. */
export async function editModel(deps: Deps, actor: Actor, input: ModelEdit): Promise<ModelSummary> {
  const { name, description, tags } = input;
  if (description !== undefined) checkDescription(description);
  for (const [key, value] of tags) checkRegistryTag({ key, value: value ?? '' });
  if (tags.has(PROMPT_TAG))
    throw invalidArgument(
      `Whether ${name} is a prompt is fixed; the tag ${PROMPT_TAG} cannot change.`,
      '/tags',
    );
  authorizeChange(actor, 'edit-metadata', name);
  return deps.store.write(async (writer) => {
    const identity = await lockModel(deps, writer, name);
    const isPrompt = tags.size > 0 && (await writer.registeredModels.findKind(name)) === 'prompt';
    for (const [key, value] of tags) {
      if (value === null) await writer.registeredModels.deleteTag(name, key);
      else await writer.registeredModels.putTag(name, { key, value });
      if (isPrompt) await announce(deps, writer, promptTagChanged(name, key, value));
    }
    if (description !== undefined)
      await writer.registeredModels.setDescription(name, description, deps.clock.now());
    const after = {
      ...(description !== undefined && { description }),
      ...Object.fromEntries([...tags].map(([key, value]) => [`tags.${key}`, value])),
    };
    if (Object.keys(after).length > 0) await recordModelUpdate(deps, writer, actor, identity, after);
    const model = await writer.registeredModels.find(name);
    if (model === null) throw new RegistryError('model_not_found', { name });
    return summarize(writer, model);
  });
}
