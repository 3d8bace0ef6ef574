import type { Actor } from '../domain/actor.ts';
import type { AuditValues } from '../domain/audit-event.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import type { Page } from '../domain/page.ts';
import { readableNames } from '../domain/permission.ts';
import { checkPromptTag, PROMPT_TAG } from '../domain/registered-model.ts';
import type { ModelVersionSearch } from '../domain/search/model-version.ts';
import { fromMlflowStage, MLFLOW_STAGES, type MlflowStage } from '../domain/stage.ts';
import { checkRegistryTagKey, checkVersionTag, type Tag } from '../domain/tag.ts';
import { versionTagChanged } from '../domain/webhook-payload.ts';
import { recordEvent } from './audit.ts';
import { versionObject } from './audit-object.ts';
import { refuseInUse } from './governed-doors.ts';
import { type LockedModel, lockModel, requireRecord } from './model-identity.ts';
import type { Deps, Reader, Writer } from './ports.ts';
import { authorizeChange, authorizeRead, checkDescription } from './registered-model.ts';
import { buryVersion } from './version-burial.ts';
import { announce } from './webhook-announcement.ts';

/** MLflow's limit for one page of versions. */
const SEARCH_LIMIT = 200_000;

/** @throws `version_not_found`, also when the model is absent, as MLflow answers. */
export async function getModelVersion(
  deps: Deps,
  actor: Actor,
  input: { name: string; version: number },
): Promise<ModelVersion> {
  authorizeRead(actor, input.name);
  return deps.store.read((reader) => requireVersion(reader, input.name, input.version));
}

/** Where a client finds the version's files. @throws `version_not_found`. */
export async function getDownloadUri(
  deps: Deps,
  actor: Actor,
  input: { name: string; version: number },
): Promise<string | null> {
  const version = await getModelVersion(deps, actor, input);
  return version.storageLocation || version.source;
}

/** The greatest version of each stage, of all four when none is named. @throws `model_not_found`. */
export async function getLatestVersions(
  deps: Deps,
  actor: Actor,
  input: { name: string; stages: readonly MlflowStage[] },
): Promise<ModelVersion[]> {
  const { name } = input;
  authorizeRead(actor, name);
  return deps.store.read(async (reader) => {
    const stages = input.stages.length === 0 ? MLFLOW_STAGES : input.stages;
    const versions = await reader.modelVersions.latest(name, stages);
    if (versions.length === 0 && (await reader.registeredModels.findKind(name)) === null)
      throw new RegistryError('model_not_found', { name });
    return versions;
  });
}

/** One page, of models that the actor may read. `limit` 1–200,000. @throws `invalid_argument`. */
export async function searchModelVersions(
  deps: Deps,
  actor: Actor,
  input: { search: ModelVersionSearch; limit: number; offset: number },
): Promise<Page<ModelVersion>> {
  if (input.limit < 1)
    throw invalidArgument(
      `Invalid value for max_results. It must be a positive integer, but got ${input.limit}`,
      'max_results',
    );
  if (input.limit > SEARCH_LIMIT)
    throw invalidArgument(
      `Invalid value for request parameter max_results. It must be at most ${SEARCH_LIMIT}, but got value ${input.limit}`,
      'max_results',
    );
  return deps.store.read((reader) =>
    reader.modelVersions.search(input.search, readableNames(actor, 'model'), input),
  );
}

/** Replaces the description; null clears it. @throws `version_not_found`. */
export async function updateModelVersion(
  deps: Deps,
  actor: Actor,
  input: { name: string; version: number; description: string | null },
): Promise<ModelVersion> {
  const { name, version, description } = input;
  checkDescription(description);
  authorizeChange(actor, 'edit-metadata', name);
  return deps.store.write(async (writer) => {
    await requireVersion(writer, name, version);
    const model = await lockModel(deps, writer, name);
    await writer.modelVersions.setDescription(name, version, description, deps.clock.now());
    await recordVersionUpdate(deps, writer, actor, { model, version, after: { description } });
    return requireVersion(writer, name, version);
  });
}

/**
 * Deletes a version as MLflow does (the row stays, redacted), ends its intervals and aliases, and leaves a
 * tombstone. @throws `version_not_found`.
 */
export async function deleteModelVersion(
  deps: Deps,
  actor: Actor,
  input: { name: string; version: number },
): Promise<void> {
  const { name, version } = input;
  authorizeChange(actor, 'delete', name);
  await deps.store.write(async (writer) => {
    const doomed = await requireVersion(writer, name, version);
    const model = await lockModel(deps, writer, name);
    await requireRecord(deps, writer, { model, version });
    await refuseInUse(deps, writer, model, version);
    await buryVersion(deps, writer, actor, { model, doomed });
    await recordEvent(deps, writer, actor, {
      action: 'model_version.delete',
      object: versionObject(model, version),
      before: { stage: fromMlflowStage(doomed.stage), aliases: doomed.aliases },
    });
  });
}

/** @throws `invalid_argument`, `version_not_found`. */
export async function setModelVersionTag(
  deps: Deps,
  actor: Actor,
  input: { name: string; version: number; tag: Tag },
): Promise<void> {
  checkVersionTag(input.tag);
  authorizeChange(actor, 'edit-metadata', input.name);
  await deps.store.write(async (writer) => {
    await requireVersion(writer, input.name, input.version);
    await requireSameKind(writer, input.name, input.tag);
    const model = await lockModel(deps, writer, input.name);
    await writer.modelVersions.putTag(input.name, input.version, input.tag);
    await writer.versionRecords.setTagged(input.name, input.version, deps.clock.now());
    const after = { [`tags.${input.tag.key}`]: input.tag.value };
    await recordVersionUpdate(deps, writer, actor, { model, version: input.version, after });
    await announce(deps, writer, versionTagChanged(input, input.tag.key, input.tag.value));
  });
}

/** Absent is fine. @throws `invalid_argument`, `version_not_found`. */
export async function deleteModelVersionTag(
  deps: Deps,
  actor: Actor,
  input: { name: string; version: number; key: string },
): Promise<void> {
  checkRegistryTagKey(input.key);
  authorizeChange(actor, 'edit-metadata', input.name);
  await deps.store.write(async (writer) => {
    await requireVersion(writer, input.name, input.version);
    await requireSameKind(writer, input.name, { key: input.key, value: null });
    const model = await lockModel(deps, writer, input.name);
    await writer.modelVersions.deleteTag(input.name, input.version, input.key);
    await writer.versionRecords.setTagged(input.name, input.version, deps.clock.now());
    const after = { [`tags.${input.key}`]: null };
    await recordVersionUpdate(deps, writer, actor, { model, version: input.version, after });
    await announce(deps, writer, versionTagChanged(input, input.key, null));
  });
}

/** Writes down what of a version's own fields is new, if anything; a tag is `tags.<key>`, null when it was removed. */
export async function recordVersionUpdate(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { model, version, after }: { model: LockedModel; version: number; after: AuditValues },
): Promise<void> {
  if (Object.keys(after).length === 0) return;
  await recordEvent(deps, writer, actor, {
    action: 'model_version.update',
    object: versionObject(model, version),
    after,
  });
}

/** A version stays of its model's kind. @throws `invalid_argument`. */
async function requireSameKind(
  writer: Writer,
  name: string,
  tag: { key: string; value: string | null },
): Promise<void> {
  if (tag.key !== PROMPT_TAG) return;
  checkPromptTag((await writer.registeredModels.findKind(name)) ?? 'model', name, tag);
}

/** @throws `version_not_found`. */
export async function requireVersion(
  reader: Pick<Reader | Writer, 'modelVersions'>,
  name: string,
  version: number,
): Promise<ModelVersion> {
  const found = await reader.modelVersions.find(name, version);
  if (found === null) throw new RegistryError('version_not_found', { name, selector: String(version) });
  return found;
}
