import type { Actor } from '../domain/actor.ts';
import type { AuditEntry } from '../domain/audit-event.ts';
import { RegistryError } from '../domain/errors.ts';
import { checkExperimentActive, defaultArtifactLocation, experimentNotFound } from '../domain/experiment.ts';
import {
  checkLoggedModelName,
  checkLoggedModelOrigin,
  checkLoggedModelParams,
  checkLoggedModelTags,
  type LoggedModel,
  type LoggedModelInfo,
  loggedModelArtifactUri,
  MODEL_VERSIONS_TAG,
  paramStands,
} from '../domain/logged-model.ts';
import type { Verb } from '../domain/permission.ts';
import { pythonJson } from '../domain/python-json.ts';
import type { Param } from '../domain/run.ts';
import { makeRunName } from '../domain/run-name.ts';
import { reprString } from '../domain/search/python-text.ts';
import { checkNotReserved, lastTagPerKey, type Tag } from '../domain/tag.ts';
import { recordEvent } from './audit.ts';
import { loggedModelObject } from './audit-object.ts';
import { authorize } from './authorize.ts';
import type { Deps, Reader, Writer } from './ports.ts';

/** What a new logged model is made of; absent texts are empty. */
export interface LoggedModelCreation {
  readonly experimentId: number;
  /** Empty: a name is made up. */
  readonly name: string;
  readonly modelType: string;
  readonly sourceRunId: string;
  readonly params: readonly Param[];
  readonly tags: readonly Tag[];
}

/** @throws `invalid_argument`, `experiment_not_found`, `run_not_found` (one that may not be read). */
export async function createLoggedModel(
  deps: Deps,
  actor: Actor,
  input: LoggedModelCreation,
): Promise<LoggedModel> {
  if (input.name !== '') checkLoggedModelName(input.name);
  checkLoggedModelOrigin(input);
  checkLoggedModelParams(input.params);
  checkLoggedModelTags(input.tags);
  return deps.store.write(async (writer) => {
    const experiment = await writer.experiments.find(input.experimentId);
    const absent = experimentNotFound(input.experimentId);
    if (experiment === null) throw absent;
    authorize(actor, 'edit-metadata', { kind: 'experiment', name: experiment.name }, absent);
    checkExperimentActive(experiment);
    await checkSourceRun(writer, actor, input.sourceRunId);
    const modelId = `m-${deps.ids.hex32()}`;
    const location = experiment.artifactLocation ?? defaultArtifactLocation(experiment.experimentId);
    await writer.loggedModels.insert({
      ...input,
      modelId,
      name: input.name === '' ? makeRunName(deps.ids.randomInt) : input.name,
      artifactUri: loggedModelArtifactUri(location, modelId),
      tags: lastTagPerKey(input.tags),
      nowMs: deps.clock.now(),
    });
    await writer.authors.add({ kind: 'logged_model', modelId }, actor.subjectId);
    const made = await requireModel(writer, modelId);
    await recordLoggedModel(deps, writer, actor, { action: 'logged_model.create', model: made });
    return made;
  });
}

/** A run that is there must be one that the actor may read; one that is not is kept as a claim, as MLflow does. */
async function checkSourceRun(reader: Reader, actor: Actor, runId: string): Promise<void> {
  if (runId === '') return;
  const run = await reader.runs.findInfo(runId);
  if (run === null) return;
  const absent = new RegistryError('run_not_found', { runId });
  authorize(actor, 'read-metadata', { kind: 'experiment', name: run.experimentName }, absent);
}

/** @throws `logged_model_not_found`, also for a deleted one unless `allowDeleted`. */
export async function getLoggedModel(
  deps: Deps,
  actor: Actor,
  input: { modelId: string; allowDeleted: boolean },
): Promise<LoggedModel> {
  const { modelId, allowDeleted } = input;
  const model = await deps.store.read((reader) => reader.loggedModels.find(modelId));
  const found = requireVisible(actor, 'read-metadata', modelId, model);
  if (found.lifecycleStage === 'deleted' && !allowDeleted) throw notFound(modelId);
  return found;
}

/**
 * Writes params; the same value again is fine, and then nothing changes.
 * @throws `invalid_argument` (another value), `logged_model_not_found`.
 */
export async function logLoggedModelParams(
  deps: Deps,
  actor: Actor,
  input: { modelId: string; params: readonly Param[] },
): Promise<void> {
  checkLoggedModelParams(input.params);
  await deps.store.write(async (writer) => {
    const model = await lockVisible(writer, actor, 'edit-metadata', input.modelId);
    const [conflict] = await writer.loggedModels.addParams(model, input.params);
    if (conflict !== undefined) throw paramStands(model.modelId, conflict.given, conflict.standing.value);
    const after = { params: input.params.map(({ key }) => key) };
    await recordLoggedModel(deps, writer, actor, { action: 'logged_model.update', model, after });
  });
}

/** Sets tags; of a key given twice the last value counts. @throws `invalid_argument`, `logged_model_not_found`. */
export async function setLoggedModelTags(
  deps: Deps,
  actor: Actor,
  input: { modelId: string; tags: readonly Tag[] },
): Promise<void> {
  checkLoggedModelTags(input.tags);
  await deps.store.write(async (writer) => {
    const model = await lockVisible(writer, actor, 'edit-metadata', input.modelId);
    await writer.loggedModels.putTags(model, lastTagPerKey(input.tags));
    const after = Object.fromEntries(input.tags.map(({ key, value }) => [`tags.${key}`, value]));
    await recordLoggedModel(deps, writer, actor, { action: 'logged_model.update', model, after });
  });
}

/** @throws `resource_not_found` when there is no such tag, `logged_model_not_found`. */
export async function deleteLoggedModelTag(
  deps: Deps,
  actor: Actor,
  input: { modelId: string; key: string },
): Promise<void> {
  const { modelId, key } = input;
  checkNotReserved(key);
  await deps.store.write(async (writer) => {
    const model = await lockVisible(writer, actor, 'edit-metadata', modelId);
    if (!(await writer.loggedModels.deleteTag(modelId, key)))
      throw new RegistryError('resource_not_found', {
        message: `No tag with key ${reprString(key)} found for model with ID ${reprString(modelId)}.`,
      });
    const after = { [`tags.${key}`]: null };
    await recordLoggedModel(deps, writer, actor, { action: 'logged_model.update', model, after });
  });
}

/** Marks the model as deleted; its files stay. Again is fine. @throws `logged_model_not_found`. */
export async function deleteLoggedModel(deps: Deps, actor: Actor, modelId: string): Promise<void> {
  await deps.store.write(async (writer) => {
    const model = await lockVisible(writer, actor, 'delete', modelId);
    await writer.loggedModels.markDeleted(modelId, deps.clock.now());
    if (model.lifecycleStage !== 'deleted')
      await recordLoggedModel(deps, writer, actor, { action: 'logged_model.delete', model });
  });
}

/**
 * Notes in the model's tag that a version was registered from it, in the caller's unit of work, and locks the
 * model. MLflow: an entry that stands already replaces the whole list there.
 */
export async function linkToLoggedModel(
  writer: Writer,
  modelId: string,
  entry: { name: string; version: number },
): Promise<LoggedModelInfo> {
  const model = await writer.loggedModels.lock(modelId);
  if (model === null) throw notFound(modelId);
  const listed = parseList(await writer.loggedModels.findTag(modelId, MODEL_VERSIONS_TAG));
  const added = pythonJson({ name: entry.name, version: entry.version });
  if (!listed.some((known) => pythonJson(known) === added)) {
    const value = pythonJson([...listed, { name: entry.name, version: entry.version }]);
    await writer.loggedModels.putTags(model, [{ key: MODEL_VERSIONS_TAG, value }]);
  }
  return model;
}

/** A tag that somebody filled with something else is begun anew. */
function parseList(text: string | null): unknown[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

export async function recordLoggedModel(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { model, ...entry }: Omit<AuditEntry, 'object'> & { model: Parameters<typeof loggedModelObject>[0] },
): Promise<void> {
  await recordEvent(deps, writer, actor, { ...entry, object: loggedModelObject(model) });
}

/** The model, locked, when the actor may do this to it. @throws `logged_model_not_found`, `permission_denied`. */
export async function lockVisible(
  writer: Writer,
  actor: Actor,
  verb: Verb,
  modelId: string,
): Promise<LoggedModelInfo> {
  return requireVisible(actor, verb, modelId, await writer.loggedModels.lock(modelId));
}

/** The whole model. @throws `logged_model_not_found`. */
export async function requireModel(reader: Reader, modelId: string): Promise<LoggedModel> {
  const model = await reader.loggedModels.find(modelId);
  if (model === null) throw notFound(modelId);
  return model;
}

function requireVisible<M extends LoggedModelInfo>(
  actor: Actor,
  verb: Verb,
  modelId: string,
  model: M | null,
): M {
  const absent = notFound(modelId);
  if (model === null) throw absent;
  authorize(actor, verb, { kind: 'experiment', name: model.experimentName }, absent);
  return model;
}

function notFound(modelId: string): RegistryError<'logged_model_not_found'> {
  return new RegistryError('logged_model_not_found', { modelId });
}
