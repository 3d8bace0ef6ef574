import type { Actor } from '../domain/actor.ts';
import type { AuditValues } from '../domain/audit-event.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import type { Page } from '../domain/page.ts';
import { readableNames } from '../domain/permission.ts';
import {
  checkModelName,
  checkPromptTag,
  kindOf,
  type ModelKind,
  PROMPT_TAG,
  type RegisteredModel,
} from '../domain/registered-model.ts';
import type { RegisteredModelSearch } from '../domain/search/registered-model.ts';
import { checkRegistryTag, checkRegistryTagKey, sortedTags, type Tag } from '../domain/tag.ts';
import { modelCreated, promptTagChanged } from '../domain/webhook-payload.ts';
import { recordEvent } from './audit.ts';
import { modelObject } from './audit-object.ts';
import { authorize } from './authorize.ts';
import { refuseInUse, refusePolicyChange } from './governed-doors.ts';
import { type LockedModel, lockModel, lockWholeModel, newIdentity } from './model-identity.ts';
import type { Deps, Reader, Writer } from './ports.ts';
import { announce } from './webhook-announcement.ts';

const SEARCH_LIMIT = 1_000;
const DESCRIPTION_LIMIT = 5_000;

export interface NewRegisteredModel {
  readonly name: string;
  readonly tags: readonly Tag[];
  readonly description: string | null;
}

/** The resource that permissions of a registered model are asked for. */
export function modelResource(name: string) {
  return { kind: 'model', name } as const;
}

/** @throws `invalid_argument`, `permission_denied`, `model_exists`. */
export async function createRegisteredModel(deps: Deps, actor: Actor, input: NewRegisteredModel) {
  checkModelName(input.name);
  for (const tag of input.tags) checkRegistryTag(tag);
  checkDescription(input.description);
  authorize(actor, 'register-version', modelResource(input.name));
  return deps.store.write(async (writer): Promise<RegisteredModel> => {
    const { mlflowCreatedAtMs: nowMs } = await insertModel(deps, writer, actor, input);
    // As it would be read now.
    return {
      name: input.name,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      description: input.description,
      tags: sortedTags(input.tags),
      aliases: [],
      latestVersions: [],
    };
  });
}

/** Inserts the model with its identity, in the caller's unit of work. @throws `model_exists`. */
export async function insertModel(deps: Deps, writer: Writer, actor: Actor, input: NewRegisteredModel) {
  const nowMs = deps.clock.now();
  if (!(await writer.registeredModels.insert({ ...input, nowMs }))) {
    const existing = await writer.registeredModels.find(input.name);
    const kind = kindOf(existing?.tags ?? []);
    throw new RegistryError('model_exists', { name: input.name, kind, requested: kindOf(input.tags) });
  }
  await announce(deps, writer, modelCreated(input));
  const isPrompt = input.tags.findLast(({ key }) => key === PROMPT_TAG)?.value === 'true';
  const kind = isPrompt ? 'prompt' : 'model';
  const identity = await newIdentity(deps, writer, actor, { name: input.name, kind, nowMs });
  await recordEvent(deps, writer, actor, {
    action: 'registered_model.create',
    object: modelObject(identity),
    after: { kind, description: input.description },
  });
  return identity;
}

/** @throws `model_not_found`. */
export async function getRegisteredModel(deps: Deps, actor: Actor, name: string): Promise<RegisteredModel> {
  authorizeRead(actor, name);
  return deps.store.read((reader) => getModel(reader, name));
}

/** A page of the models that the actor may read, in the order asked for. `limit` 0–1000. @throws `invalid_argument`. */
export async function searchRegisteredModels(
  deps: Deps,
  actor: Actor,
  input: { search: RegisteredModelSearch; limit: number; offset: number },
): Promise<Page<RegisteredModel>> {
  if (input.limit > SEARCH_LIMIT)
    throw invalidArgument(
      `Invalid value for request parameter max_results. It must be at most ${SEARCH_LIMIT}, but got value ${input.limit}`,
      'max_results',
    );
  if (input.limit < 0)
    throw invalidArgument(
      `Invalid value for max_results. It must be at least 0, but got ${input.limit}`,
      'max_results',
    );
  return deps.store.read((reader) =>
    reader.registeredModels.search(input.search, readableNames(actor, 'model'), input),
  );
}

/** Replaces the description. @throws `model_not_found`. */
export async function updateRegisteredModel(
  deps: Deps,
  actor: Actor,
  input: { name: string; description: string | null },
): Promise<RegisteredModel> {
  checkDescription(input.description);
  authorizeChange(actor, 'edit-metadata', input.name);
  return deps.store.write(async (writer) => {
    const { name, description } = input;
    const identity = await lockModel(deps, writer, name);
    await writer.registeredModels.setDescription(name, description, deps.clock.now());
    await recordModelUpdate(deps, writer, actor, identity, { description });
    return getModel(writer, name);
  });
}

/**
 * Renames the model; its identity, history and numbering go with it, and the old name remembers the
 * numbers that it gave. @throws `model_not_found`, `model_exists`, `invalid_argument`.
 */
export async function renameRegisteredModel(
  deps: Deps,
  actor: Actor,
  input: { name: string; newName: string },
): Promise<RegisteredModel> {
  const { name, newName } = input;
  checkModelName(newName, 'new_name');
  authorizeChange(actor, 'edit-metadata', name);
  authorize(actor, 'register-version', modelResource(newName));
  return deps.store.write(async (writer) => {
    const identity = await lockModel(deps, writer, name);
    if (newName !== name) {
      // MLflow: its sentence does not tell prompts from models here.
      if ((await writer.registeredModels.findKind(newName)) !== null)
        throw new RegistryError('model_exists', { name: newName, kind: 'model', requested: 'model' });
      await refusePolicyChange(deps, writer, identity, newName);
      await writer.versionRecords.raiseLastNumberOfName(name, identity.greatestNumber);
      await writer.versionRecords.renameIdentity(identity.modelId, newName, deps.clock.now());
      await recordEvent(deps, writer, actor, {
        action: 'registered_model.rename',
        object: modelObject({ ...identity, name: newName }),
        before: { name },
        after: { name: newName },
      });
    }
    await writer.registeredModels.rename(name, newName, deps.clock.now());
    return getModel(writer, newName);
  });
}

/** Removes model, versions, tags and aliases; tombstones, history and numbering stay. @throws `model_not_found`. */
export async function deleteRegisteredModel(deps: Deps, actor: Actor, name: string): Promise<void> {
  authorizeChange(actor, 'delete', name);
  await deps.store.write(async (writer) => {
    const identity = await lockWholeModel(deps, writer, name);
    await refuseInUse(deps, writer, identity, null);
    const nowMs = deps.clock.now();
    await writer.versionRecords.raiseLastNumberOfName(name, identity.greatestNumber);
    await writer.slots.leaveAll(identity.modelId, null, nowMs);
    await writer.versionRecords.tombstoneIdentity(identity.modelId, nowMs, actor.subjectId);
    await writer.registeredModels.delete(name);
    await recordEvent(deps, writer, actor, {
      action: 'registered_model.delete',
      object: modelObject(identity),
    });
  });
}

/** @throws `invalid_argument`, `model_not_found`. */
export async function setRegisteredModelTag(deps: Deps, actor: Actor, input: { name: string; tag: Tag }) {
  checkRegistryTag(input.tag);
  authorizeChange(actor, 'edit-metadata', input.name);
  await deps.store.write(async (writer) => {
    const { name, tag } = input;
    const { identity, kind } = await lockKind(deps, writer, name);
    checkPromptTag(kind, name, tag);
    await writer.registeredModels.putTag(name, tag);
    await recordModelUpdate(deps, writer, actor, identity, { [`tags.${tag.key}`]: tag.value });
    if (kind === 'prompt') await announce(deps, writer, promptTagChanged(name, tag.key, tag.value));
  });
}

/** Absent is fine. @throws `invalid_argument`, `model_not_found`. */
export async function deleteRegisteredModelTag(
  deps: Deps,
  actor: Actor,
  input: { name: string; key: string },
) {
  checkRegistryTagKey(input.key);
  authorizeChange(actor, 'edit-metadata', input.name);
  await deps.store.write(async (writer) => {
    const { name, key } = input;
    const { identity, kind } = await lockKind(deps, writer, name);
    checkPromptTag(kind, name, { key, value: null });
    await writer.registeredModels.deleteTag(name, key);
    await recordModelUpdate(deps, writer, actor, identity, { [`tags.${key}`]: null });
    if (kind === 'prompt') await announce(deps, writer, promptTagChanged(name, key, null));
  });
}

/** Guard for reading: without the right a model is as good as absent. */
export function authorizeRead(actor: Actor, name: string): void {
  authorize(actor, 'read-metadata', modelResource(name), () => modelNotFound(name));
}

/** Guard for changing a model that should exist. */
export function authorizeChange(actor: Actor, verb: Parameters<typeof authorize>[1], name: string): void {
  authorize(actor, verb, modelResource(name), () => modelNotFound(name));
}

function modelNotFound(name: string): RegistryError<'model_not_found'> {
  return new RegistryError('model_not_found', { name });
}

/** @throws `invalid_argument` beyond what the column of a description holds. */
export function checkDescription(description: string | null): void {
  if (description !== null && [...description].length > DESCRIPTION_LIMIT)
    throw invalidArgument(
      `'description' exceeds the maximum length of ${DESCRIPTION_LIMIT} characters`,
      'description',
    );
}

/** Writes down what of a model's own fields is new; a tag is `tags.<key>`, null when it was removed. */
export async function recordModelUpdate(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  identity: LockedModel,
  after: AuditValues,
): Promise<void> {
  await recordEvent(deps, writer, actor, {
    action: 'registered_model.update',
    object: modelObject(identity),
    after,
  });
}

/** Locks the model. @throws `model_not_found`. */
async function lockKind(
  deps: Deps,
  writer: Writer,
  name: string,
): Promise<{ identity: LockedModel; kind: ModelKind }> {
  const identity = await lockModel(deps, writer, name);
  return { identity, kind: (await writer.registeredModels.findKind(name)) ?? 'model' };
}

async function getModel(reader: Pick<Reader, 'registeredModels'>, name: string): Promise<RegisteredModel> {
  const model = await reader.registeredModels.find(name);
  if (model === null) throw new RegistryError('model_not_found', { name });
  return model;
}
