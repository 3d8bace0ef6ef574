import type { Actor } from '../domain/actor.ts';
import { type ArtifactPath, containsArtifactPath } from '../domain/artifact-path.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { invalidValue } from '../domain/key-rules.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { isPermitted } from '../domain/permission.ts';
import { checkAlias } from '../domain/registered-model.ts';
import { checkRunId } from '../domain/run.ts';
import {
  isLocalPathWithin,
  notContained,
  notInLocalFolder,
  parseVersionSource,
  type RegisteredModelSource,
  type RunSource,
} from '../domain/source-uri.ts';
import { fromMlflowStage, MLFLOW_STAGES } from '../domain/stage.ts';
import { requireVersionByAlias } from './alias.ts';
import type { Deps, Reader } from './ports.ts';
import { findRunFiles, findVersionFiles, type Places } from './version-place.ts';

const MODEL_ID = /^[A-Za-z0-9][\w-]{0,255}$/;

/** A source whose references were checked, and what follows from it. */
export interface ResolvedSource {
  /** As it is stored; names of stages and aliases have become a number. */
  readonly source: string;
  readonly storageLocation: string;
  readonly runId: string | null;
  readonly modelId: string | null;
  /** Where the files are below our artifact root, or null when they are out of reach. */
  readonly files: ArtifactPath | null;
  /** The files are still written to; they are frozen when their logged model is finalized. */
  readonly frozenLater: boolean;
  /** The version that this one is a copy of. */
  readonly copyOf: { readonly name: string; readonly version: number } | null;
}

/** What the sender says of the source. */
export interface SourceClaim {
  readonly source: string;
  readonly runId: string | undefined;
  readonly modelId: string | undefined;
}

/**
 * Checks that the sender's run or logged model contains the source, as MLflow 3.17 does (a security rule), and
 * that the sender may read what it refers to; what may not be read is as good as absent.
 * @throws `invalid_argument` with MLflow's sentence, `version_not_found`, `model_not_found`, `alias_not_found`,
 *   `run_not_found` and `logged_model_not_found` for what may not be read.
 */
export async function resolveSource(deps: Deps, actor: Actor, claim: SourceClaim): Promise<ResolvedSource> {
  const source = parseVersionSource(claim.source, claim);
  return deps.store.read(async (reader) => {
    const places = { reader, artifacts: deps.artifacts };
    // A copy takes over the run of its original, on which it needs no right.
    if (source.kind === 'registered_model') return copyOfVersion(places, actor, claim, source);
    await requireReadable(reader, actor, claim);
    switch (source.kind) {
      case 'logged_model':
        return ofLoggedModel(places, actor, claim, source.modelId);
      case 'run':
        return ofRun(places, claim, source);
      case 'proxied':
        return ofProxiedPath(places, actor, claim, source.path);
      case 'local':
        return ofLocalPath(places, actor, claim);
      case 'remote':
        return ofRemote(places, actor, claim);
    }
  });
}

/** The form of the ids alone. MLflow: takes any text. @throws `invalid_argument`. */
export function checkClaim({ runId, modelId }: Pick<SourceClaim, 'runId' | 'modelId'>): void {
  if (runId) checkRunId(runId);
  if (modelId && !MODEL_ID.test(modelId)) throw invalidValue('model_id', modelId);
}

/**
 * A run or logged model that exists must be readable: what is told of it would show in the version. An absent
 * run is kept as a claim, as MLflow does. @throws `run_not_found`, `logged_model_not_found`.
 */
export async function requireReadable(
  reader: Reader,
  actor: Actor,
  { runId, modelId }: Pick<SourceClaim, 'runId' | 'modelId'>,
): Promise<void> {
  const run = runId ? await reader.runs.findInfo(runId) : null;
  if (run !== null && !mayRead(actor, run.experimentName))
    throw new RegistryError('run_not_found', { runId: run.runId });
  const model = modelId ? await reader.loggedModels.find(modelId) : null;
  if (model !== null && !mayRead(actor, model.experimentName))
    throw new RegistryError('logged_model_not_found', { modelId: model.modelId });
}

/** A copy takes over where the files of its original are, and its run unless the sender names it. */
async function copyOfVersion(
  places: Places,
  actor: Actor,
  claim: SourceClaim,
  source: RegisteredModelSource,
): Promise<ResolvedSource> {
  const { name } = source;
  const { reader } = places;
  const readable = isPermitted(actor, 'read-metadata', { kind: 'model', name });
  const kind = readable ? await reader.registeredModels.findKind(name) : null;
  if (kind === null) throw new RegistryError('model_not_found', { name });
  if (kind === 'prompt')
    throw invalidArgument(
      `Invalid model version source: '${claim.source}'. Prompt versions cannot be used as model version sources.`,
      'source',
    );
  const original = await findSelected(reader, source);
  if (original === null)
    throw new RegistryError('version_not_found', { name, selector: selectorText(source) });
  // MLflow: versions have no model_id of their own.
  if (claim.modelId || (claim.runId !== undefined && claim.runId !== (original.runId ?? '')))
    throw invalidArgument(
      `Invalid model version source: '${claim.source}'. The run_id and model_id request parameters must match the referenced model version.`,
      'run_id',
    );
  const storageLocation = original.storageLocation || original.source || '';
  return {
    source: `models:/${name}/${original.version}`,
    storageLocation,
    runId: original.runId,
    modelId: null,
    files: await findVersionFiles(places, original),
    frozenLater: false,
    copyOf: { name, version: original.version },
  };
}

async function findSelected(reader: Reader, source: RegisteredModelSource): Promise<ModelVersion | null> {
  const { name, selector } = source;
  switch (selector.by) {
    case 'version':
      return reader.modelVersions.find(name, selector.version);
    case 'alias':
      checkAlias(selector.alias);
      return requireVersionByAlias(reader, name, selector.alias);
    case 'stage':
      return (await reader.modelVersions.latest(name, [selector.stage])).at(-1) ?? null;
    case 'latest':
      return (await reader.modelVersions.latest(name, MLFLOW_STAGES)).at(-1) ?? null;
  }
}

function selectorText({ selector }: RegisteredModelSource): string {
  switch (selector.by) {
    case 'version':
      return String(selector.version);
    case 'alias':
      return `alias ${selector.alias}`;
    case 'stage':
      return `stage ${fromMlflowStage(selector.stage)}`;
    case 'latest':
      return 'latest';
  }
}

/** MLflow: the sender must name the very logged model that the source names. */
async function ofLoggedModel(
  { reader, artifacts }: Places,
  actor: Actor,
  claim: SourceClaim,
  modelId: string,
): Promise<ResolvedSource> {
  if (claim.modelId !== modelId) throw notContained(claim, 'model_id');
  const model = await readableLoggedModel(reader, actor, modelId);
  // MLflow: answers 500 here.
  if (model === null) throw new RegistryError('logged_model_not_found', { modelId });
  return {
    source: claim.source,
    storageLocation: model.artifactUri,
    runId: claim.runId || model.sourceRunId,
    modelId,
    files: artifacts.locate(model.artifactUri),
    frozenLater: model.status !== 'LOGGED_MODEL_READY',
    copyOf: null,
  };
}

/** MLflow: the run need not exist here; when it does, its folder tells where the files are. */
async function ofRun(places: Places, claim: SourceClaim, source: RunSource): Promise<ResolvedSource> {
  if (claim.modelId) throw notContained(claim, 'model_id');
  if (claim.runId !== source.runId) throw notContained(claim, 'run_id');
  return {
    source: claim.source,
    storageLocation: claim.source,
    runId: source.runId,
    modelId: null,
    files: await findRunFiles(places, source),
    frozenLater: false,
    copyOf: null,
  };
}

/** A path of ours must lie in the folder of the sender's run or logged model. */
async function ofProxiedPath(
  { reader, artifacts }: Places,
  actor: Actor,
  claim: SourceClaim,
  path: ArtifactPath,
): Promise<ResolvedSource> {
  const owner = await findOwner(reader, actor, claim);
  const root = owner === null ? null : artifacts.locate(owner.artifactUri ?? '');
  if (owner === null || root === null || !containsArtifactPath(root, path))
    throw notContained(claim, claim.modelId ? 'model_id' : 'run_id');
  return {
    source: claim.source,
    storageLocation: claim.source,
    runId: claim.runId || owner.runId,
    modelId: claim.modelId || null,
    files: path,
    frozenLater: owner.unfinished,
    copyOf: null,
  };
}

/**
 * MLflow: a local path must lie in the folder of the sender's run or logged model. Its files are read only where
 * that folder is below our artifact root.
 */
async function ofLocalPath(places: Places, actor: Actor, claim: SourceClaim): Promise<ResolvedSource> {
  const owner = await findOwner(places.reader, actor, claim);
  const claimed = claim.modelId ? 'model_id' : claim.runId ? 'run_id' : null;
  if (owner === null && claimed !== null) throw notContained(claim, claimed);
  const root = owner?.artifactUri ?? null;
  if (root === null || !isLocalPathWithin(root, claim.source)) throw notInLocalFolder(claim);
  const files = findOwnFiles(places, owner, claim.source);
  return {
    source: claim.source,
    storageLocation: claim.source,
    runId: claim.runId || (owner?.runId ?? null),
    modelId: claim.modelId || null,
    files,
    frozenLater: files !== null && (owner?.unfinished ?? false),
    copyOf: null,
  };
}

/**
 * A remote URI in the folder of the sender's run or logged model, when that is ours; any other one is kept as a
 * pointer and never followed. MLflow: the claimed logged model must exist.
 */
async function ofRemote(places: Places, actor: Actor, claim: SourceClaim): Promise<ResolvedSource> {
  const { reader } = places;
  const model = claim.modelId ? await reader.loggedModels.find(claim.modelId) : null;
  if (claim.modelId && model === null)
    throw new RegistryError('logged_model_not_found', { modelId: claim.modelId });
  const owner = await findOwner(reader, actor, claim);
  const files = findOwnFiles(places, owner, claim.source);
  return {
    source: claim.source,
    storageLocation: claim.source,
    runId: claim.runId || (model?.sourceRunId ?? null),
    modelId: model === null ? null : model.modelId,
    files,
    frozenLater: files !== null && (owner?.unfinished ?? false),
    copyOf: null,
  };
}

interface Owner {
  readonly artifactUri: string | null;
  readonly runId: string | null;
  readonly unfinished: boolean;
}

async function findOwner(reader: Reader, actor: Actor, claim: SourceClaim): Promise<Owner | null> {
  if (claim.modelId) {
    const model = await readableLoggedModel(reader, actor, claim.modelId);
    if (model === null) return null;
    const unfinished = model.status !== 'LOGGED_MODEL_READY';
    return { artifactUri: model.artifactUri, runId: model.sourceRunId, unfinished };
  }
  if (!claim.runId) return null;
  const run = await reader.runs.findInfo(claim.runId);
  if (run === null || !mayRead(actor, run.experimentName)) return null;
  return { artifactUri: run.artifactUri, runId: run.runId, unfinished: false };
}

async function readableLoggedModel(reader: Reader, actor: Actor, modelId: string) {
  const model = await reader.loggedModels.find(modelId);
  return model === null || !mayRead(actor, model.experimentName) ? null : model;
}

function mayRead(actor: Actor, experimentName: string): boolean {
  return isPermitted(actor, 'read-metadata', { kind: 'experiment', name: experimentName });
}

/** What lies at the URI, when it and the owner's folder are ours and the one is in the other; else null. */
function findOwnFiles({ artifacts }: Places, owner: Owner | null, uri: string): ArtifactPath | null {
  const path = artifacts.locate(uri);
  const root = artifacts.locate(owner?.artifactUri ?? '');
  return path !== null && root !== null && containsArtifactPath(root, path) ? path : null;
}
