import type { DatasetInput } from './dataset.ts';
import { invalidArgument } from './errors.ts';
import type { Int64 } from './int64.ts';
import { checkKey, checkLength, invalidValue } from './key-rules.ts';
import type { LifecycleStage } from './lifecycle.ts';
import { checkMetric, type Metric, type NewMetric } from './metric.ts';
import { reprString } from './search/python-text.ts';
import { checkNotReserved, type Tag } from './tag.ts';

export type RunStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';

/** What a run is, without its data. Times in ms since the epoch. */
export interface RunInfo {
  readonly runId: string;
  readonly name: string | null;
  readonly experimentId: number;
  /** What permissions on the run are asked for. */
  readonly experimentName: string;
  readonly userId: string | null;
  readonly status: RunStatus | null;
  readonly startTimeMs: Int64 | null;
  readonly endTimeMs: Int64 | null;
  readonly artifactUri: string | null;
  readonly lifecycleStage: LifecycleStage;
}

/** A hyperparameter; written once. */
export interface Param {
  readonly key: string;
  readonly value: string;
}

/** A logged model that a run made. */
export interface ModelOutput {
  readonly modelId: string;
  readonly step: Int64;
}

/** A run with everything that was logged to it; `metrics` holds the latest value of each key. */
export interface Run {
  readonly info: RunInfo;
  readonly metrics: readonly Metric[];
  readonly params: readonly Param[];
  readonly tags: readonly Tag[];
  readonly datasetInputs: readonly DatasetInput[];
  readonly modelInputs: readonly string[];
  readonly modelOutputs: readonly ModelOutput[];
}

/** What one log-batch carries. */
export interface RunBatch {
  readonly metrics: readonly NewMetric[];
  readonly params: readonly Param[];
  readonly tags: readonly Tag[];
}

/** MLflow: the tag that carries a run's name, always equal to it. */
export const RUN_NAME_TAG = 'mlflow.runName';
/** MLflow: the tag in which 2.x clients keep what they logged as models, a JSON list. */
export const LOGGED_MODELS_TAG = 'mlflow.log-model.history';

const KEY_LIMIT = 250;
const PARAM_VALUE_LIMIT = 6_000;
const TAG_VALUE_LIMIT = 8_000;
const BATCH_METRICS = 1_000;
const BATCH_PARAMS_OR_TAGS = 100;
const BATCH_TOTAL = 1_000;
const RUN_ID = /^[a-zA-Z0-9][\p{L}\p{N}_-]{0,255}$/u;

/** MLflow checks the form of a run id in some requests only. @throws `invalid_argument` with its sentence. */
export function checkRunId(runId: string): void {
  if (!RUN_ID.test(runId)) throw invalidValue('run_id', runId);
}

/** Only active runs change. @throws `invalid_argument` with MLflow's sentence. */
export function checkRunActive(run: Pick<RunInfo, 'runId' | 'lifecycleStage'>): void {
  if (run.lifecycleStage !== 'active')
    throw invalidArgument(
      `The run ${run.runId} must be in the 'active' state. Current state is ${run.lifecycleStage}.`,
      'run_id',
    );
}

/**
 * The rule for a param. Values beyond the limit are refused; MLflow would cut them.
 * @throws `invalid_argument` with MLflow's sentence.
 */
export function checkParam(param: Param, path = ''): void {
  checkKey(param.key, `${path}key`);
  checkLength('Param key', param.key, KEY_LIMIT, `${path}key`);
  checkLength('Param value', param.value, PARAM_VALUE_LIMIT, `${path}value`);
}

/** The rule for a tag to set on a run. Values beyond the limit are refused; MLflow would cut them. */
export function checkRunTag(tag: Tag, path = ''): void {
  checkKey(tag.key, `${path}key`);
  checkNewRunTag(tag, path);
}

/**
 * The rule for a tag that a run is created with. MLflow: any characters are taken there.
 * @throws `invalid_argument` with MLflow's sentence.
 */
export function checkNewRunTag(tag: Tag, path = ''): void {
  checkNotReserved(tag.key);
  checkLength(`${path}key`, tag.key, KEY_LIMIT, `${path}key`);
  checkLength(`${path}value`, tag.value, TAG_VALUE_LIMIT, `${path}value`);
}

/** Everything about a batch that can be told without the database. @throws `invalid_argument`. */
export function checkBatch({ metrics, params, tags }: RunBatch): void {
  for (const [index, metric] of metrics.entries()) checkMetric(metric, `metrics[${index}]`);
  for (const [index, param] of params.entries()) checkParam(param, `params[${index}].`);
  for (const [index, tag] of tags.entries()) checkRunTag(tag, `tags[${index}].`);
  checkCount('metrics', metrics.length, BATCH_METRICS);
  checkCount('params', params.length, BATCH_PARAMS_OR_TAGS);
  checkCount('tags', tags.length, BATCH_PARAMS_OR_TAGS);
  checkCount('metrics, params, and tags', metrics.length + params.length + tags.length, BATCH_TOTAL);
  checkParamKeysUnique(params);
}

function checkCount(what: string, count: number, limit: number): void {
  if (count > limit)
    throw invalidArgument(
      `A batch logging request can contain at most ${limit} ${what}. Got ${count} ${what}. ` +
        `Please split up ${what} across multiple requests and try again.`,
      what,
    );
}

function checkParamKeysUnique(params: readonly Param[]): void {
  const seen = new Set<string>();
  const twice: string[] = [];
  for (const { key } of params) {
    if (seen.has(key)) twice.push(reprString(key));
    seen.add(key);
  }
  if (twice.length > 0)
    throw invalidArgument(
      `Duplicate parameter keys have been submitted: [${twice.join(', ')}]. Please ensure the request contains only one param value per param key.`,
      'params',
    );
}

/** The run name of a create request: the argument or the tag, which must not disagree. @throws `invalid_argument`. */
export function givenRunName(name: string, tags: readonly Tag[]): string | null {
  const tag = tags.findLast((candidate) => candidate.key === RUN_NAME_TAG)?.value ?? '';
  if (name !== '' && tag !== '' && name !== tag)
    throw invalidArgument(
      `Both 'run_name' argument and '${RUN_NAME_TAG}' tag are specified, but with different values ` +
        `(run_name='${name}', ${RUN_NAME_TAG}='${tag}').`,
      'run_name',
    );
  return name || tag || null;
}
