import { invalidArgument } from './errors.ts';
import { runArtifactUri } from './experiment.ts';
import type { Int64 } from './int64.ts';
import { checkLength, missingParameter } from './key-rules.ts';
import type { LifecycleStage } from './lifecycle.ts';
import type { Metric } from './metric.ts';
import { checkRunId, type Param } from './run.ts';
import { reprString } from './search/python-text.ts';
import { checkNotReserved, type Tag } from './tag.ts';

/** MLflow's LoggedModelStatus; the place in the list is the stored number. */
export const LOGGED_MODEL_STATUSES = [
  'LOGGED_MODEL_STATUS_UNSPECIFIED',
  'LOGGED_MODEL_PENDING',
  'LOGGED_MODEL_READY',
  'LOGGED_MODEL_UPLOAD_FAILED',
] as const;
export type LoggedModelStatus = (typeof LOGGED_MODEL_STATUSES)[number];

/** A measured value of a logged model. MLflow keeps NaN as 0 here, without a mark. */
export interface LoggedModelMetric extends Metric {
  readonly runId: string;
  readonly datasetName: string | null;
  readonly datasetDigest: string | null;
}

/** What `log_model` makes: a model with its files, before or without a registered version. Times in ms. */
export interface LoggedModelInfo {
  readonly modelId: string;
  readonly experimentId: number;
  /** What permissions on the model are asked for. */
  readonly experimentName: string;
  readonly name: string;
  readonly artifactUri: string;
  readonly createdAtMs: Int64;
  readonly updatedAtMs: Int64;
  readonly status: LoggedModelStatus;
  readonly statusMessage: string | null;
  readonly lifecycleStage: LifecycleStage;
  readonly modelType: string | null;
  readonly sourceRunId: string | null;
}

/** A logged model with everything that was logged to it. */
export interface LoggedModel extends LoggedModelInfo {
  readonly tags: readonly Tag[];
  readonly params: readonly Param[];
  /** Every point, not only the latest. */
  readonly metrics: readonly LoggedModelMetric[];
}

/** Metrics on which data a search is about; null: on any with that name. */
export interface DatasetFilter {
  readonly name: string;
  readonly digest: string | null;
}

/** MLflow: the tag that lists the versions registered from a logged model, as JSON. */
export const MODEL_VERSIONS_TAG = 'mlflow.modelVersions';

const NAME_LIMIT = 500;
const TYPE_LIMIT = 500;
const KEY_LIMIT = 255;
const RUN_ID_LIMIT = 32;
const LOCATION_LIMIT = 1_000;
/** MLflow's server has no limit for values; its own Python client stays below 6,000. */
const VALUE_LIMIT = 100_000;
const ENTRIES_LIMIT = 1_000;
const FORBIDDEN_IN_NAMES = /[/:.%"']/;

/** The rule for a given name. @throws `invalid_argument` with MLflow's sentence. */
export function checkLoggedModelName(name: string): void {
  if (FORBIDDEN_IN_NAMES.test(name))
    throw invalidArgument(
      `Invalid model name (${reprString(name)}) provided. Model name must be a non-empty string and cannot ` +
        `contain the following characters: ('/', ':', '.', '%', '"', "'")`,
      'name',
    );
  checkLength('name', name, NAME_LIMIT, 'name');
}

/** What a new model says of itself besides its name. MLflow stores what is absent as an empty text. */
export function checkLoggedModelOrigin(origin: { modelType: string; sourceRunId: string }): void {
  checkLength('model_type', origin.modelType, TYPE_LIMIT, 'model_type');
  if (origin.sourceRunId === '') return;
  checkRunId(origin.sourceRunId);
  checkLength('source_run_id', origin.sourceRunId, RUN_ID_LIMIT, 'source_run_id');
}

/** The rule for params of one request. @throws `invalid_argument`; a key may stand once only. */
export function checkLoggedModelParams(params: readonly Param[]): void {
  checkEntries('params', params);
  const seen = new Set<string>();
  for (const { key } of params) {
    // MLflow: the same, as a failed SQL statement.
    if (seen.has(key))
      throw invalidArgument(
        `Duplicate parameter keys have been submitted: [${reprString(key)}]. Please ensure the request contains only one param value per param key.`,
        'params',
      );
    seen.add(key);
  }
}

/** The rule for tags of one request. @throws `invalid_argument`. */
export function checkLoggedModelTags(tags: readonly Tag[]): void {
  checkEntries('tags', tags);
  for (const { key } of tags) checkNotReserved(key);
}

function checkEntries(what: 'params' | 'tags', entries: readonly Tag[]): void {
  if (entries.length > ENTRIES_LIMIT)
    throw invalidArgument(
      `A request can contain at most ${ENTRIES_LIMIT} ${what}. Got ${entries.length}.`,
      what,
    );
  for (const [index, { key, value }] of entries.entries()) {
    // MLflow: takes an empty key, and then nothing can name the entry.
    if (key === '') throw missingParameter(`${what}[${index}].key`);
    checkLength('key', key, KEY_LIMIT, `${what}[${index}].key`);
    checkLength('value', value, VALUE_LIMIT, `${what}[${index}].value`);
  }
}

/** A param is written once. MLflow: refuses also the same value again; a client that repeats a call meant no change. */
export function paramStands(modelId: string, given: Param, standing: string) {
  return invalidArgument(
    `Changing param values is not allowed. Param with key=${reprString(given.key)} was already logged with ` +
      `value=${reprString(standing)} for model ID=${reprString(modelId)}. Attempted logging new value ${reprString(given.value)}.`,
    'params',
  );
}

/** Where the files of a logged model lie. @throws `invalid_argument` beyond what its column holds. */
export function loggedModelArtifactUri(artifactLocation: string, modelId: string): string {
  const uri = runArtifactUri(artifactLocation, `models/${modelId}`);
  checkLength('artifact_location', uri, LOCATION_LIMIT, 'artifact_location');
  return uri;
}

/** The status of a stored number; one that nobody knows is unspecified. */
export function statusFromNumber(stored: number): LoggedModelStatus {
  return LOGGED_MODEL_STATUSES[stored] ?? 'LOGGED_MODEL_STATUS_UNSPECIFIED';
}

/** The stored number of a status. */
export function statusToNumber(status: LoggedModelStatus): number {
  return LOGGED_MODEL_STATUSES.indexOf(status);
}
