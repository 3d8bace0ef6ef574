import type { Actor } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { PROMPT_TAG } from '../domain/registered-model.ts';
import { stageSlot } from '../domain/slot.ts';
import { checkPromptSource, checkRunLink } from '../domain/source-uri.ts';
import { checkVersionTag, type Tag } from '../domain/tag.ts';
import { linkToLoggedModel } from './logged-model.ts';
import { lockForInsertion } from './model-identity.ts';
import type { Deps, Writer } from './ports.ts';
import { authorizeChange, checkDescription } from './registered-model.ts';
import { surveyFiles, type VersionFiles } from './seal.ts';
import { inferFacts } from './version-facts.ts';
import { insertVersion } from './version-insertion.ts';
import { checkClaim, type ResolvedSource, requireReadable, resolveSource } from './version-source.ts';

/** What MLflow's `createModelVersion` carries. Absent ids are undefined. */
export interface ModelVersionRegistration {
  readonly name: string;
  readonly source: string;
  readonly runId: string | undefined;
  readonly modelId: string | undefined;
  readonly tags: readonly Tag[];
  readonly runLink: string;
  readonly description: string;
}

/**
 * Registers a version as MLflow's clients ask for it: checks that the sender may refer to the source, freezes
 * its files and seals them when their hashes are known.
 * @throws `invalid_argument`, `model_not_found`, `version_not_found` and others of `resolveSource`.
 */
export async function createModelVersion(
  deps: Deps,
  actor: Actor,
  input: ModelVersionRegistration,
): Promise<ModelVersion> {
  for (const tag of input.tags) checkVersionTag(tag);
  checkDescription(input.description);
  checkRunLink(input.runLink);
  checkClaim(input);
  authorizeChange(actor, 'register-version', input.name);
  const isPrompt = isPromptRequest(input.tags);
  if (isPrompt) checkPromptSource(input.source);
  const source = isPrompt ? await promptSource(deps, actor, input) : await resolveSource(deps, actor, input);
  await requireSameKind(deps, input, isPrompt);
  const files = await filesOf(deps, source, isPrompt);
  const inferred = await inferFacts(deps, { source, files, tags: input.tags });
  return deps.store.write(async (writer) => {
    const locked = await lockForInsertion(deps, writer, { name: input.name, slot: stageSlot('development') });
    const late = source.frozenLater && (await isFinalized(writer, source));
    const { version } = await insertVersion(deps, writer, actor, {
      ...locked,
      origin: 'mlflow',
      stage: 'development',
      description: input.description,
      source: source.source,
      storageLocation: source.storageLocation,
      // MLflow: an absent run id is stored as an empty text.
      runId: source.runId ?? '',
      runLink: input.runLink,
      tags: input.tags,
      semanticVersion: null,
      ...inferred,
      loggedModelId: source.modelId,
      copyOf: source.copyOf,
      // Finalized since we looked: frozen now, and hashed by the job.
      files:
        late && source.files !== null ? { kind: 'here', root: source.files, seen: [], mlmodel: null } : files,
    });
    if (source.modelId !== null)
      await linkToLoggedModel(writer, source.modelId, { name: input.name, version: version.version });
    return version;
  });
}

/** Whether the logged model became final since its state was read; it stays as it is until the unit ends. */
async function isFinalized(writer: Writer, { modelId }: ResolvedSource): Promise<boolean> {
  const model = modelId === null ? null : await writer.loggedModels.lock(modelId);
  return model !== null && model.status !== 'LOGGED_MODEL_PENDING';
}

/** MLflow: of several tags of the key the last counts, and only `true` in any case makes it a prompt's. */
function isPromptRequest(tags: readonly Tag[]): boolean {
  return tags.findLast((tag) => tag.key === PROMPT_TAG)?.value.toLowerCase() === 'true';
}

async function promptSource(
  deps: Deps,
  actor: Actor,
  input: ModelVersionRegistration,
): Promise<ResolvedSource> {
  await deps.store.read((reader) => requireReadable(reader, actor, input));
  return {
    source: input.source,
    storageLocation: input.source,
    runId: input.runId ?? null,
    modelId: null,
    files: null,
    frozenLater: false,
    copyOf: null,
  };
}

/**
 * Whether a registered model is a prompt is fixed when it is created. MLflow: does not check; a version could
 * hide from searches behind the tag.
 */
async function requireSameKind(
  deps: Deps,
  input: ModelVersionRegistration,
  isPrompt: boolean,
): Promise<void> {
  const kind = await deps.store.read((reader) => reader.registeredModels.findKind(input.name));
  if (kind === null) throw new RegistryError('model_not_found', { name: input.name });
  if ((kind === 'prompt') === isPrompt) return;
  throw invalidArgument(
    isPrompt
      ? `'${input.name}' is a registered model and no prompt; its versions cannot carry the tag ${PROMPT_TAG} = 'true'.`
      : `'${input.name}' is a prompt; its versions carry the tag ${PROMPT_TAG} = 'true'.`,
    'tags',
  );
}

async function filesOf(deps: Deps, source: ResolvedSource, isPrompt: boolean): Promise<VersionFiles> {
  if (isPrompt) return { kind: 'none' };
  // A logged model that is still written to is frozen when it is finalized.
  if (source.frozenLater) return { kind: 'none' };
  return surveyFiles(deps, source.files);
}
