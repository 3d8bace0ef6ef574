import type { Actor } from '../domain/actor.ts';
import { checkDatasetInput, type DatasetInput, datasetKey, firstPerDataset } from '../domain/dataset.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { checkRunId, type ModelOutput } from '../domain/run.ts';
import { authorize } from './authorize.ts';
import { experimentResource } from './experiment.ts';
import type { Deps, Writer } from './ports.ts';
import { requireActiveRun } from './run.ts';

const MODEL_ID_LIMIT = 36;
const LINKS_LIMIT = 1_000;

/**
 * Says which datasets and logged models a run read. A dataset that the experiment knows stays as it was first
 * described; an input that the run has already stays with its tags.
 * @throws `invalid_argument`, `run_not_found`, `logged_model_not_found` for a hidden model.
 */
export async function logInputs(
  deps: Deps,
  actor: Actor,
  input: { runId: string; datasets: readonly DatasetInput[]; modelIds: readonly string[] },
): Promise<void> {
  const { runId } = input;
  checkRunId(runId);
  checkCount('datasets', input.datasets.length);
  for (const dataset of input.datasets) checkDatasetInput(dataset);
  const modelIds = [...new Set(input.modelIds)];
  checkModelIds(modelIds);
  await deps.store.write(async (writer) => {
    const run = await requireActiveRun(writer, actor, { runId, verb: 'edit-metadata' });
    await writeDatasetInputs(deps, writer, { run, datasets: input.datasets });
    await authorizeModels(writer, actor, modelIds);
    await writer.runs.addModelInputs(
      runId,
      modelIds.map((modelId) => ({ inputId: deps.ids.hex32(), modelId })),
    );
    await writer.lineage.addOfRun(runId, { by: actor.subjectId, atMs: deps.clock.now() });
  });
}

/** Links checked datasets to a run in the caller's unit of work. */
export async function writeDatasetInputs(
  deps: Pick<Deps, 'ids'>,
  writer: Pick<Writer, 'datasets'>,
  input: { run: { runId: string; experimentId: number }; datasets: readonly DatasetInput[] },
): Promise<void> {
  const { runId, experimentId } = input.run;
  const inputs = firstPerDataset(input.datasets);
  if (inputs.length === 0) return;
  await writer.datasets.add(
    experimentId,
    inputs.map(({ dataset }) => ({ ...dataset, datasetId: deps.ids.hex32() })),
  );
  const ids = await writer.datasets.findIds(
    experimentId,
    inputs.map(({ dataset }) => dataset),
  );
  const links = inputs.flatMap(({ dataset, tags }) => {
    const datasetId = ids.get(datasetKey(dataset));
    return datasetId === undefined ? [] : [{ inputId: deps.ids.hex32(), datasetId, tags }];
  });
  await writer.datasets.link(runId, links);
}

/**
 * Says which logged models a run made.
 * @throws `invalid_argument` (also when one is an output already), `run_not_found`, `logged_model_not_found`
 * for a hidden model.
 */
export async function logOutputs(
  deps: Deps,
  actor: Actor,
  input: { runId: string; models: readonly ModelOutput[] },
): Promise<void> {
  const { runId, models } = input;
  const modelIds = models.map(({ modelId }) => modelId);
  checkModelIds(modelIds);
  const twice = modelIds.find((modelId, index) => modelIds.indexOf(modelId) !== index);
  if (twice !== undefined) throw alreadyOutput(runId, twice);
  await deps.store.write(async (writer) => {
    await requireActiveRun(writer, actor, { runId, verb: 'edit-metadata' });
    await authorizeModels(writer, actor, modelIds);
    const [already] = await writer.runs.addModelOutputs(
      runId,
      models.map((model) => ({ ...model, inputId: deps.ids.hex32() })),
    );
    if (already !== undefined) throw alreadyOutput(runId, already);
    await writer.lineage.addOfRun(runId, { by: actor.subjectId, atMs: deps.clock.now() });
  });
}

function checkModelIds(modelIds: readonly string[]): void {
  checkCount('models', modelIds.length);
  for (const modelId of modelIds)
    if ([...modelId].length > MODEL_ID_LIMIT)
      throw invalidArgument(
        `'model_id' exceeds the maximum length of ${MODEL_ID_LIMIT} characters`,
        'model_id',
      );
}

function checkCount(what: string, count: number): void {
  if (count > LINKS_LIMIT)
    throw invalidArgument(
      `A request can contain at most ${LINKS_LIMIT} ${what}. Got ${count} ${what}.`,
      what,
    );
}

/** An unknown model is kept as a claim, as MLflow keeps it; one that exists must be readable. */
async function authorizeModels(writer: Pick<Writer, 'runs'>, actor: Actor, modelIds: readonly string[]) {
  for (const [modelId, experiment] of await writer.runs.experimentsOfModels(modelIds))
    authorize(
      actor,
      'read-metadata',
      experimentResource(experiment),
      new RegistryError('logged_model_not_found', { modelId }),
    );
}

function alreadyOutput(runId: string, modelId: string): RegistryError<'invalid_argument'> {
  return invalidArgument(`Logged model '${modelId}' is already an output of run '${runId}'.`, 'models');
}
