import { invalidArgument, RegistryError } from './errors.ts';
import type { Int64 } from './int64.ts';
import { checkKey, checkLength } from './key-rules.ts';
import type { LifecycleStage } from './lifecycle.ts';
import { checkNotReserved, type Tag } from './tag.ts';

/** A named folder of runs. Times in ms since the epoch. */
export interface Experiment {
  readonly experimentId: number;
  readonly name: string;
  readonly workspace: string;
  readonly artifactLocation: string | null;
  readonly lifecycleStage: LifecycleStage;
  readonly createdAtMs: Int64 | null;
  readonly updatedAtMs: Int64 | null;
  readonly tags: readonly Tag[];
}

/** MLflow: tags with this prefix are saved views of its web UI. */
export const CUSTOM_VIEW_PREFIX = 'mlflow.customView.view';
const CUSTOM_VIEW_LIMIT = 50;

const NAME_LIMIT = 500;
const TAG_KEY_LIMIT = 250;
const TAG_VALUE_LIMIT = 20_000;
const GREATEST_ID = 2_147_483_647;
const INTEGER = /^(?:0|-?[1-9][0-9]*)$/;

/**
 * Parses an experiment id as the wire sends it. Only the canonical spelling of an integer is taken.
 * @throws `invalid_argument` with MLflow's sentence; `experiment_not_found` beyond what an id can be.
 */
export function parseExperimentId(text: string): number {
  if (!INTEGER.test(text))
    throw invalidArgument(
      `Invalid experiment ID '${text}'. Experiment ID must be a valid integer.`,
      'experiment_id',
    );
  const id = Number(text);
  if (id < 0 || id > GREATEST_ID) throw experimentNotFound(text);
  return id;
}

/** Parses the ids of a search; those that no experiment can have are left out. @throws `invalid_argument`. */
export function parseExperimentIds(texts: readonly string[]): number[] {
  const ids = texts.map((text) => {
    try {
      return parseExperimentId(text);
    } catch (error) {
      if (error instanceof RegistryError && error.code === 'experiment_not_found') return null;
      throw error;
    }
  });
  return [...new Set(ids.filter((id) => id !== null))];
}

/** MLflow's sentence for an absent experiment. */
export function experimentNotFound(id: number | string): RegistryError<'experiment_not_found'> {
  return new RegistryError('experiment_not_found', { message: `No Experiment with id=${id} exists` });
}

/** The rule for a new name. @throws `invalid_argument` with MLflow's sentence. */
export function checkExperimentName(name: string): void {
  if (name === '') throw invalidArgument(`Invalid experiment name: '${name}'`, 'name');
  checkLength('name', name, NAME_LIMIT, 'name');
}

/** The rule for a tag to set. @throws `invalid_argument` with MLflow's sentence. */
export function checkExperimentTag(tag: Tag): void {
  checkKey(tag.key);
  checkNotReserved(tag.key);
  checkLength('key', tag.key, TAG_KEY_LIMIT, 'key');
  checkLength('value', tag.value, TAG_VALUE_LIMIT, 'value');
}

/** MLflow: at most 50 saved views. `count` is how many there would be. @throws `invalid_argument`. */
export function checkCustomViews(count: number, experimentId?: number): void {
  if (count <= CUSTOM_VIEW_LIMIT) return;
  const where = experimentId === undefined ? '' : ` for experiment ${experimentId}`;
  throw invalidArgument(
    `Unable to create another custom view${where}; the maximum number of custom views per experiment is ` +
      `${CUSTOM_VIEW_LIMIT}. Delete an existing custom view before creating a new one.`,
    'key',
  );
}

/** Only active experiments change. @throws `invalid_argument` with MLflow's sentence. */
export function checkExperimentActive(experiment: Pick<Experiment, 'experimentId' | 'lifecycleStage'>): void {
  if (experiment.lifecycleStage !== 'active')
    throw invalidArgument(
      `The experiment ${experiment.experimentId} must be in the 'active' state. Current state is ${experiment.lifecycleStage}.`,
      'experiment_id',
    );
}

/** Where an experiment's files lie when it was not said. */
export function defaultArtifactLocation(experimentId: number): string {
  return `mlflow-artifacts:/${experimentId}`;
}

/**
 * Where a run's files lie: MLflow appends to the path of the URI, before a query.
 * `s3://b/x?q=1` gives `s3://b/x/<runId>/artifacts?q=1`.
 */
export function runArtifactUri(artifactLocation: string, runId: string): string {
  const at = artifactLocation.indexOf('?');
  const path = at < 0 ? artifactLocation : artifactLocation.slice(0, at);
  const query = at < 0 ? '' : artifactLocation.slice(at);
  return `${path.endsWith('/') ? path.slice(0, -1) : path}/${runId}/artifacts${query}`;
}
