import { checkDatasetInput, type DatasetInput } from '../domain/dataset.ts';
import { isRegistryError, type Problem } from '../domain/errors.ts';
import { checkExperimentName } from '../domain/experiment.ts';
import { checkMetric } from '../domain/metric.ts';
import { parseModelType } from '../domain/model-type.ts';
import { checkModelName } from '../domain/registered-model.ts';
import { checkParam, checkRunTag, type Param } from '../domain/run.ts';
import { checkRegistryTag, type Tag } from '../domain/tag.ts';
import { checkDescription } from './registered-model.ts';

/** What is registered, as far as it can be judged by itself. */
export interface Registrable {
  readonly name: string;
  readonly modelType: string;
  readonly description: string | null;
  readonly metrics: ReadonlyMap<string, number>;
  readonly hyperparameters: readonly Param[];
  readonly tags: readonly Tag[];
  readonly runId: string | null;
  readonly datasets: readonly DatasetInput[];
  readonly experimentName: string | null;
}

/** Everything that is wrong with a registration; paths are JSON pointers into v1's body. */
export function registrationProblems(input: Registrable): Problem[] {
  const problems: Problem[] = [];
  const look = (path: string, check: () => unknown): void => {
    try {
      check();
    } catch (error) {
      if (!isRegistryError(error, 'invalid_argument')) throw error;
      problems.push({ path, message: error.params.message });
    }
  };
  look('/model_name', () => checkModelName(input.name));
  look('/model_type', () => parseModelType(input.modelType));
  look('/description', () => checkDescription(input.description));
  for (const [key, value] of input.metrics)
    look(pointer('metrics', key), () => checkMetric({ key, value, timestampMs: 0, step: 0 }));
  for (const param of input.hyperparameters)
    look(pointer('hyperparameters', param.key), () => checkParam(param));
  for (const tag of input.tags)
    look(pointer('tags', tag.key), () => {
      checkRegistryTag(tag);
      if (input.runId === null) checkRunTag(tag);
    });
  for (const [index, dataset] of input.datasets.entries())
    look(`/datasets/${index}`, () => checkDatasetInput(dataset));
  const { experimentName } = input;
  if (experimentName !== null) look('/experiment_name', () => checkExperimentName(experimentName));
  return input.runId === null ? problems : [...problems, ...notBesideRun(input)];
}

/** With a run of the caller's there is no run to log these to. */
function notBesideRun(input: Registrable): Problem[] {
  const given: [string, boolean][] = [
    ['metrics', input.metrics.size > 0],
    ['hyperparameters', input.hyperparameters.length > 0],
    ['datasets', input.datasets.length > 0],
    ['experiment_name', input.experimentName !== null],
  ];
  return given
    .filter(([, present]) => present)
    .map(([field]) => ({
      path: `/${field}`,
      message: 'Cannot be given together with a run: log it to the run, or leave run_id out.',
    }));
}

function pointer(field: string, key: string): string {
  return `/${field}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
