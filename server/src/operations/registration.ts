import type { Actor } from '../domain/actor.ts';
import { isRegistryError, RegistryError } from '../domain/errors.ts';
import { parseModelType } from '../domain/model-type.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import type { SemanticVersion } from '../domain/semantic-version.ts';
import type { Stage } from '../domain/stage.ts';
import type { Facts, VersionRecord } from '../domain/version-record.ts';
import { authorize } from './authorize.ts';
import { ensureExperiment } from './experiment.ts';
import { createFinishedRun } from './finished-run.ts';
import { requireFirstStage } from './governed-doors.ts';
import { linkToLoggedModel } from './logged-model.ts';
import { type LockedModel, lockModel } from './model-identity.ts';
import { resolveParent } from './parent-resolution.ts';
import type { Deps, Writer } from './ports.ts';
import { insertModel, modelResource } from './registered-model.ts';
import { type Registrable, registrationProblems } from './registration-check.ts';
import {
  modelFolder,
  type RegistrationSource,
  resolveRegistration,
  runOfSource,
} from './registration-source.ts';
import { insertVersion } from './version-insertion.ts';

/** What `POST /api/v1/models/register` carries. */
export interface Registration extends Registrable {
  readonly stage: Stage;
  readonly dataVersion: string | null;
  readonly codeVersion: string | null;
  readonly parentModel: string | null;
  readonly source: string | null;
  /** Null: the next minor. */
  readonly semanticVersion: SemanticVersion | null;
}

export interface Registered {
  readonly version: ModelVersion;
  readonly record: VersionRecord;
  readonly runId: string;
}

/**
 * Registers a version: the model and its experiment when new, a finished run unless one is named, and the
 * version with its facts, all in one unit of work.
 * @throws `invalid_argument` with every problem; `permission_denied`, `model_exists` (a prompt has the name),
 * `run_not_found`, `semantic_version_conflict`, and as `resolveSource`.
 */
export async function registerModel(deps: Deps, actor: Actor, given: Registration): Promise<Registered> {
  const input = { ...given, runId: given.runId ?? runOfSource(given.source) };
  const problems = registrationProblems(input);
  const [first] = problems;
  if (first !== undefined) throw new RegistryError('invalid_argument', { message: first.message, problems });
  authorize(actor, 'register-version', modelResource(input.name));
  await refusePrompt(deps, input.name);
  const { parentModel } = input;
  const parent =
    parentModel === null
      ? null
      : await deps.store.read((reader) => resolveParent(reader, actor, parentModel));
  const logs = input.metrics.size + input.hyperparameters.length + input.datasets.length > 0;
  const source = await resolveRegistration(deps, actor, { ...input, logs });
  const facts: Facts = {
    modelType: parseModelType(input.modelType),
    dataVersion: input.dataVersion,
    codeVersion: input.codeVersion,
    parent,
  };
  return deps.store.write((writer) => write(deps, writer, actor, { ...input, facts, from: source }));
}

async function write(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  input: Registration & { facts: Facts; from: RegistrationSource },
): Promise<Registered> {
  const { from, facts } = input;
  const identity = await openModel(deps, writer, actor, input);
  await requireFirstStage(deps, writer, { model: identity, stage: input.stage });
  const made = from.runId === null ? await makeRun(deps, writer, actor, input) : null;
  const runId = made?.runId ?? from.runId ?? '';
  const folder = modelFolder(made?.artifactUri ?? '');
  const { version, record } = await insertVersion(deps, writer, actor, {
    identity,
    numbering: null,
    origin: 'v1',
    stage: input.stage,
    description: input.description,
    source: from.resolved?.source ?? folder,
    storageLocation: from.resolved?.storageLocation ?? folder,
    runId,
    runLink: null,
    tags: input.tags,
    semanticVersion: input.semanticVersion,
    facts,
    inferredFacts: [],
    files: from.files,
    loggedModelId: from.resolved?.modelId ?? null,
    copyOf: from.resolved?.copyOf ?? null,
  });
  const modelId = from.resolved?.modelId ?? null;
  if (modelId !== null)
    await linkToLoggedModel(writer, modelId, { name: input.name, version: version.version });
  return { version, record, runId };
}

/** The model's identity, locked; the model is made when there is none. */
async function openModel(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { name, description }: Registration,
): Promise<LockedModel> {
  if ((await writer.registeredModels.lock(name)) !== null) return lockModel(deps, writer, name);
  try {
    return await insertModel(deps, writer, actor, { name, description, tags: [] });
  } catch (error) {
    // Somebody else made it between the two statements.
    if (!isRegistryError(error, 'model_exists')) throw error;
    return lockModel(deps, writer, name);
  }
}

async function makeRun(deps: Deps, writer: Writer, actor: Actor, input: Registration) {
  const experiment = await ensureExperiment(deps, writer, {
    actor,
    name: input.experimentName ?? input.name,
  });
  return createFinishedRun(deps, writer, {
    experiment,
    actor,
    name: null,
    metrics: input.metrics,
    params: input.hyperparameters,
    tags: input.tags,
    datasets: input.datasets,
  });
}

/** Prompts have no files, and what a name holds is fixed when it is created. */
async function refusePrompt(deps: Deps, name: string): Promise<void> {
  const kind = await deps.store.read((reader) => reader.registeredModels.findKind(name));
  if (kind === 'prompt') throw new RegistryError('model_exists', { name, kind, requested: 'model' });
}
