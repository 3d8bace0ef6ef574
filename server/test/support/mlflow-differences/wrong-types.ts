import { type Difference, type DifferenceMatch, inError, literal, SEE_DOCS, SQL } from './difference.ts';

const NO_OBJECTS = ['"x"', '5', '[]', 'null'];
const NO_INTEGERS = ['1.5', '9223372036854775808', 'true'];
const NO_TEXT = ['1.5', '5', '["a"]', '[]', 'true', '{}'];
const NO_TEXTS = ['[5]', '[[]]', '[null]'];
const EMPTY_KEY = `400 INVALID_PARAMETER_VALUE Invalid value "" for parameter 'key' supplied: Names may be treated`;
const EMPTY_NAME = `400 INVALID_PARAMETER_VALUE Invalid value "" for parameter 'metrics\\[0\\]\\.name' supplied: Names may be`;

/** `rpc` refuses each of these values (JSON) of each of these parameters with the sentence for a wrong type. */
function wrongTypes(
  rpc: string,
  mlflow: string,
  parameters: string,
  values: readonly string[],
  more: Partial<DifferenceMatch> = {},
): readonly DifferenceMatch[] {
  return parameters.split(' ').flatMap((parameter) =>
    values.map((value) => {
      const hint = `Hint: Value was of type '${pythonType(JSON.parse(value))}'. ${SEE_DOCS}`;
      const sentence = `Invalid value ${value} for parameter '${parameter}' supplied:  ${hint}`;
      return { rpc: [rpc], mlflow, here: `400 INVALID_PARAMETER_VALUE ${literal(sentence)}`, ...more };
    }),
  );
}

function pythonType(value: unknown): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return typeof value === 'string' ? 'str' : typeof value === 'boolean' ? 'bool' : 'dict';
}

export const WRONG_TYPES: Difference = {
  id: 'wrong-types-are-refused',
  what: 'Values of a wrong type that MLflow has no check for (an object for a number, `1.5` for a time, `[5]` for texts)',
  mlflow: 'goes on with what it read up to there, as if the rest were unset; or 500',
  here: "400 `Invalid value … for parameter '…' supplied`",
  why: 'half a message is not what was meant',
  matches: [
    ...wrongTypes('createExperiment', EMPTY_KEY, 'tags[0]', NO_OBJECTS, inError('message')),
    ...wrongTypes('createLoggedModel', '200', 'params[0] tags[0]', NO_OBJECTS),
    ...wrongTypes('createLoggedModel', '200', 'params[0].value tags[0].value', ['5']),
    ...wrongTypes('createModelVersion', EMPTY_KEY, 'tags[0]', NO_OBJECTS, inError('message')),
    ...wrongTypes('createRegisteredModel', EMPTY_KEY, 'tags[0]', NO_OBJECTS, inError('message')),
    ...wrongTypes('createRun', '200', 'start_time', NO_INTEGERS),
    ...wrongTypes('createRun', '200', 'tags', ['""', '"x"', '5', '{}']),
    ...wrongTypes('createRun', '200', 'tags[0]', NO_OBJECTS),
    ...wrongTypes('createRun', '200', 'user_id', NO_TEXT),
    ...wrongTypes('createRun', '500', 'start_time', ['[]', '{}']),
    ...wrongTypes('createWebhook', '500', 'events[0]', NO_OBJECTS),
    ...wrongTypes('createWebhook', '500', 'events[0].entity', ['"NOBODY"']),
    ...wrongTypes('finalizeLoggedModel', '200', 'status', ['"nonsense"', '-1', '99', 'true']),
    ...wrongTypes(
      'finalizeLoggedModel',
      '400 INVALID_PARAMETER_VALUE Missing value for required parameter ',
      'status',
      ['""'],
      inError('message'),
    ),
    ...wrongTypes('finalizeLoggedModel', '500', 'status', ['[]', '{}']),
    ...wrongTypes('getMetricHistory', '200', 'max_results', ['""', '"1.5"', '"2147483648"', '"x"']),
    ...wrongTypes('logBatch', '200', 'metrics[0].timestamp', ['1.5']),
    ...wrongTypes('logBatch', '200', 'metrics[0].value', ['"x"']),
    ...wrongTypes('logBatch', '200', 'params[0].value tags[0].value', ['5']),
    ...wrongTypes('logBatch', EMPTY_NAME, 'metrics[0].key', ['5'], inError('message')),
    ...wrongTypes('logBatch', '500', 'metrics[0] params[0] tags[0]', NO_OBJECTS),
    ...wrongTypes('logInputs', '200', 'datasets[0] models[0]', NO_OBJECTS),
    ...wrongTypes('logInputs', '200', 'datasets[0].dataset.name models[0].model_id', ['5']),
    ...wrongTypes('logMetric', '200', 'step timestamp', NO_INTEGERS),
    ...wrongTypes('logMetric', '500', 'step timestamp value', ['[]', '{}']),
    ...wrongTypes('logOutputs', '200', 'models[0]', ['null']),
    ...wrongTypes(
      'logOutputs',
      SQL.unique,
      'models[0]',
      ['"x"', '5', '[]'],
      inError('error_code', 'message'),
    ),
    ...wrongTypes('logOutputs', SQL.unique, 'models[0].model_id', ['5'], inError('error_code', 'message')),
    ...wrongTypes(
      'logOutputs',
      '400 INVALID_PARAMETER_VALUE Missing value for required parameter ',
      'models',
      ['""'],
      inError('message'),
    ),
    ...wrongTypes(
      'searchDatasets',
      '400 INVALID_PARAMETER_VALUE SearchDatasets request must specify at least one experiment_id\\.',
      'experiment_ids',
      ['"x"'],
      inError('message'),
    ),
    ...wrongTypes('searchExperiments', '200', 'order_by', NO_TEXTS),
    ...wrongTypes('searchExperiments', '200', 'view_type', ['""', '-1', '99', 'true']),
    ...wrongTypes(
      'searchExperiments',
      "400 INVALID_PARAMETER_VALUE Invalid value 0 for parameter 'max_results' supplied\\. It must be a positive integer",
      'max_results',
      NO_INTEGERS,
      inError('message'),
    ),
    ...wrongTypes('searchExperiments', '500', 'max_results view_type', ['[]', '{}']),
    ...wrongTypes('searchLoggedModels', '200', 'max_results', ['1.5', '2147483648', 'true']),
    ...wrongTypes('searchLoggedModels', '200', 'order_by[0].ascending', ['"x"']),
    ...wrongTypes(
      'searchLoggedModels',
      '400 INVALID_PARAMETER_VALUE Invalid order by field name:',
      'order_by[0]',
      NO_OBJECTS,
      inError('error_class', 'message', 'sqlstate'),
    ),
    ...wrongTypes(
      'searchLoggedModels',
      '400 INVALID_PARAMETER_VALUE `dataset_name` in the `datasets` clause must be specified\\.',
      'datasets[0]',
      NO_OBJECTS,
      inError('message'),
    ),
    ...wrongTypes('searchLoggedModels', '500', 'max_results', ['{}']),
    ...wrongTypes('searchRuns', '200', 'experiment_ids', NO_TEXTS),
    ...wrongTypes('searchRuns', '200', 'max_results', ['1.5', 'true']),
    ...wrongTypes('searchRuns', '200', 'page_token', NO_TEXT),
    ...wrongTypes('searchRuns', '200', 'run_view_type', ['""', '-1', '99', '[]', 'true', '{}']),
    ...wrongTypes('searchRuns', '500', 'max_results', ['{}']),
    ...wrongTypes('updateRun', '200', 'end_time', NO_INTEGERS),
    ...wrongTypes('updateRun', '200', 'status', ['""', 'true']),
    ...wrongTypes('updateRun', '500', 'end_time', ['[]', '{}']),
  ],
};
