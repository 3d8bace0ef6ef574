import {
  HALF_WRITTEN_METRIC,
  json,
  MODELS_ON_IRIS,
  ONE_MODEL,
  ONE_RUN,
  PAGE_OF_READY_MODELS,
  READY_MODEL,
  READY_MODELS,
  RUN_WITH_LAST_TAG,
  TWO_MODELS,
  VERSION_IN_STAGING,
} from './answers.ts';
import {
  type Difference,
  type DifferenceMatch,
  inError,
  literal,
  refused,
  SEE_DOCS,
  SQL,
} from './difference.ts';

const NOT_THE_SAME = "Parameter 'model_id' is not the same in the path and in the body.";
const NO_MODEL_ID = "400 INVALID_PARAMETER_VALUE Missing value for required parameter 'model_id'";
const TWO_SQL = '(UniqueViolation|UNIQUE constraint)';

/** Lists of `rpc` that MLflow leaves in the order of its database. */
function unordered(rpc: string, place: string, member: string): DifferenceMatch {
  return { rpc: rpc.split(' '), mlflow: '200', here: '200', at: `body\\.${place}`, sorted: member };
}

function exists(rpc: string, mlflow: string, sentence: string, ...members: string[]): DifferenceMatch {
  return {
    rpc: [rpc],
    mlflow,
    here: `400 RESOURCE_ALREADY_EXISTS ${literal(sentence)}`,
    ...inError(...members),
  };
}

/** Experiments, runs, logged models, and the order of what is in a thing. */
export const TRACKING: readonly Difference[] = [
  {
    id: 'log-batch-is-one',
    what: 'Log-batch',
    mlflow: 'params, metrics and tags are written one after the other',
    here: 'one transaction',
    why: 'nothing is half-written',
    matches: [
      {
        rpc: ['getRun'],
        request: '"unread": "half-written"',
        mlflow: '200',
        here: '200',
        at: 'body\\.run\\.data\\.params',
        values: [
          '\\[\\{"key":"p","value":"1"\\},\\{"key":"new","value":"1"\\}\\]|\\[\\{"key":"new","value":"1"\\},\\{"key":"p","value":"1"\\}\\]',
          '\\[\\{"key":"p","value":"1"\\}\\]',
        ],
      },
      {
        rpc: ['getRun'],
        request: '"unread": "half-written"',
        mlflow: '200',
        here: '200',
        at: 'body\\.run\\.data\\.metrics',
        values: [HALF_WRITTEN_METRIC, '"\\(missing\\)"'],
      },
    ],
  },
  {
    id: 'order-within',
    what: 'Order of tags, aliases, latest versions, metrics and params within a model, version or run',
    mlflow: 'whatever the database gives',
    here: 'by key, alias, version',
    why: 'the same answer every time',
    matches: [
      unordered('getExperiment getExperimentByName', 'experiment\\.tags', 'key'),
      unordered('createRun getRun', 'run\\.data\\.tags', 'key'),
      unordered('getRun', 'run\\.data\\.(metrics|params)', 'key'),
      unordered('searchRuns', 'runs\\[\\d+\\]\\.data\\.(tags|metrics|params)', 'key'),
      unordered('getLoggedModel', 'model\\.data\\.metrics', 'key'),
      unordered(
        'createRegisteredModel getRegisteredModel renameRegisteredModel updateRegisteredModel',
        'registered_model\\.tags',
        'key',
      ),
      unordered('searchRegisteredModels', 'registered_models\\[\\d+\\]\\.tags', 'key'),
      unordered(
        'getRegisteredModel renameRegisteredModel updateRegisteredModel',
        'registered_model\\.latest_versions',
        'version',
      ),
      unordered('searchRegisteredModels', 'registered_models\\[\\d+\\]\\.latest_versions', 'version'),
      unordered('searchRegisteredModels', 'registered_models\\[\\d+\\]\\.aliases', 'alias'),
      unordered('getLatestVersions', 'model_versions', 'version'),
    ],
  },
  {
    id: 'nothing-from-inside',
    what: 'What is refused by a constraint of the database: a name that is taken, an output of a run given twice, a run of no experiment, a metric of no logged model',
    mlflow: '400 with SQL',
    here: '400 or 404 without; a taken name of an experiment is `RESOURCE_ALREADY_EXISTS` when renaming, too',
    why: 'nothing from inside is shown',
    matches: [
      ...['flow-exp', 'flow-exp-2'].map((name) =>
        exists(
          'createExperiment',
          `400 RESOURCE_ALREADY_EXISTS Experiment\\(name=${name}\\) already exists\\. Error: .*${TWO_SQL}`,
          `Experiment(name=${name}) already exists.`,
          'message',
        ),
      ),
      ...[' ', 'probe-ue-other'].map((name) =>
        exists(
          'updateExperiment',
          SQL.unique,
          `Experiment(name=${name}) already exists.`,
          'error_code',
          'message',
          'error_class',
        ),
      ),
      exists(
        'renameRegisteredModel',
        `400 RESOURCE_ALREADY_EXISTS Registered Model \\(name=flow-rename-taken\\) already exists\\. Error: .*${TWO_SQL}`,
        'Registered Model (name=flow-rename-taken) already exists.',
        'message',
      ),
      refused(
        'createRun',
        '400 BAD_REQUEST .*(FOREIGN KEY constraint|invalid input syntax for type integer)',
        `Missing value for required parameter 'experiment_id'. ${SEE_DOCS}`,
        inError('error_code', 'message'),
      ),
      ...['m-#', '<model>'].map((model) =>
        refused(
          'logOutputs',
          SQL.unique,
          `Logged model '${model}' is already an output of run '<run>'.`,
          inError('error_code', 'message'),
        ),
      ),
      {
        rpc: ['logBatch', 'logMetric'],
        mlflow: SQL.foreignKey,
        here: `404 RESOURCE_DOES_NOT_EXIST Logged model with ID 'm-${'1'.repeat(32)}' not found\\.`,
      },
    ],
  },
  {
    id: 'given-twice',
    what: 'What is there already, given again: a tag twice in one create, a param of a logged model, an output without an id, a metric of a model at the same time and step',
    mlflow: '400 with SQL',
    here: 'accepted; the last tag counts, other things stay as they are',
    why: 'clients repeat a request whose answer was lost',
    matches: [
      {
        rpc: ['createExperiment'],
        request: 'flow-tag-twice',
        mlflow: `400 RESOURCE_ALREADY_EXISTS .*${TWO_SQL}`,
        here: '200',
        gives: '\\{"experiment_id":"\\[experiment 1\\.1\\]"\\}',
      },
      {
        rpc: ['createRun'],
        request: '"value": "2"',
        mlflow: SQL.unique,
        here: '200',
        gives: RUN_WITH_LAST_TAG,
      },
      { rpc: ['LogLoggedModelParams'], mlflow: SQL.unique, here: '200', gives: json({}) },
      { rpc: ['logMetric'], request: '"model_id": "<<m', mlflow: SQL.unique, here: '200', gives: json({}) },
      {
        rpc: ['logOutputs'],
        request: '"models": \\[\\{\\}\\]',
        mlflow: SQL.unique,
        here: '200',
        gives: json({}),
      },
    ],
  },
  {
    id: 'kinder-numbers',
    what: 'Whole numbers written `1.0` in a query, null for a list or number',
    mlflow: '500',
    here: 'accepted; null is unset',
    why: 'what is meant is clear',
    matches: [
      {
        rpc: ['logBatch'],
        request: '"(metrics|params|tags)": null',
        mlflow: '500',
        here: '200',
        gives: json({}),
      },
      {
        rpc: ['searchRegisteredModels'],
        request: '"max_results": "1\\.0"',
        mlflow: '500',
        here: '200',
        gives: ONE_MODEL,
      },
      { rpc: ['searchRuns'], request: '"max_results": null', mlflow: '500', here: '200', gives: ONE_RUN },
    ],
  },
  {
    id: 'texts-for-flags',
    what: 'Boolean parameters as texts (`"TRUE"`), POST for registered-models/search, content types in capitals',
    mlflow: '400, 405',
    here: 'accepted',
    why: "MLflow's R client sends the first two; the case of a media type means nothing",
    matches: [
      {
        rpc: ['createRegisteredModel'],
        request: 'transport-t-3',
        mlflow: '400 INVALID_PARAMETER_VALUE Bad Request\\. Content-Type must be one of',
        here: '200',
        gives:
          '\\{"registered_model":\\{"creation_timestamp":"\\[time of step 1\\]","last_updated_timestamp":"\\[time of step 1\\]","name":"transport-t-3"\\}\\}',
      },
      {
        rpc: ['transitionModelVersionStage'],
        mlflow:
          '400 INVALID_PARAMETER_VALUE Invalid value "FALSE" for parameter \'archive_existing_versions\'',
        here: '200',
        gives: VERSION_IN_STAGING,
      },
      { rpc: ['searchRegisteredModels'], mlflow: '405', here: '200', gives: TWO_MODELS },
    ],
  },
  {
    id: 'path-and-body',
    what: 'A `model_id` or `tag_key` in the body or query that is not that of the path; the one in the body left out',
    mlflow:
      'one of the two is used without a word; a missing one, or one of a wrong type, is 400 with another sentence',
    here: '400; the path is enough',
    why: 'permission is asked for what is changed',
    matches: [
      refused(
        'LogLoggedModelParams deleteLoggedModel getLoggedModel setLoggedModelTags',
        '200',
        NOT_THE_SAME,
      ),
      refused('deleteLoggedModelTag', "404 RESOURCE_DOES_NOT_EXIST No tag with key 'a' found", NOT_THE_SAME),
      refused(
        'deleteLoggedModelTag',
        "404 RESOURCE_DOES_NOT_EXIST No tag with key 'a' found",
        NOT_THE_SAME.replace('model_id', 'tag_key'),
      ),
      refused(
        'finalizeLoggedModel',
        "404 RESOURCE_DOES_NOT_EXIST Logged model with ID 'x' not found",
        NOT_THE_SAME,
      ),
      refused('LogLoggedModelParams finalizeLoggedModel', NO_MODEL_ID, NOT_THE_SAME, inError('message')),
      ...['1.5', '5', '["a"]', '[]', '{}', 'true'].map((value) =>
        refused(
          'LogLoggedModelParams finalizeLoggedModel',
          `400 INVALID_PARAMETER_VALUE Invalid value ${literal(value)} for parameter 'model_id' supplied`,
          NOT_THE_SAME,
          inError('message'),
        ),
      ),
      refused(
        'finalizeLoggedModel',
        NO_MODEL_ID,
        `Missing value for required parameter 'status'. ${SEE_DOCS}`,
        inError('message'),
      ),
      { rpc: ['finalizeLoggedModel'], mlflow: NO_MODEL_ID, here: '200', gives: READY_MODEL },
      { rpc: ['LogLoggedModelParams'], mlflow: NO_MODEL_ID, here: '200', gives: json({}) },
    ],
  },
  {
    id: 'logged-model-search',
    what: "Filters of logged models: `status = 'READY'`, `attributes.creation_timestamp`, a data set without a digest",
    mlflow: 'matches nothing (400 with SQL on PostgreSQL); 500; matches nothing',
    here: 'finds what is meant',
    why: 'bugs of MLflow',
    matches: [
      {
        rpc: ['searchLoggedModels'],
        engine: 'sqlite',
        request: "status = 'READY'",
        mlflow: '200',
        here: '200',
        at: 'body\\.models',
        values: ['"\\(missing\\)"', READY_MODELS],
      },
      {
        rpc: ['searchLoggedModels'],
        engine: 'postgres',
        request: "status = 'READY'",
        mlflow: '400 BAD_REQUEST .*invalid input syntax for type integer',
        here: '200',
        gives: PAGE_OF_READY_MODELS,
      },
      {
        rpc: ['searchLoggedModels'],
        engine: 'postgres',
        request: "status = 'LOGGED_MODEL_READY'",
        mlflow: '400 BAD_REQUEST .*invalid input syntax for type integer',
        here: '200',
        gives: json({}),
      },
      {
        rpc: ['searchLoggedModels'],
        request: 'attributes.creation_timestamp < 1500000000000',
        mlflow: "500 INTERNAL_ERROR type object 'SqlLoggedModel' has no attribute",
        here: '200',
        gives: json({}),
      },
      {
        rpc: ['searchLoggedModels'],
        request: '"dataset_name": "iris"\\}\\]',
        mlflow: '200',
        here: '200',
        at: 'body\\.models',
        values: ['"\\(missing\\)"', MODELS_ON_IRIS],
      },
    ],
  },
];
