import { type Difference, type DifferenceMatch, inError, refused, SEE_DOCS, SQL } from './difference.ts';

const NO_VERSION = '404 RESOURCE_DOES_NOT_EXIST Model Version \\(name=flow-spellings, version=';
const ATTRIBUTES =
  "'{'creation_time', 'creation_timestamp', 'creation_timestamp_ms', 'last_updated_timestamp', " +
  "'last_updated_timestamp_ms', 'model_id', 'model_type', 'name', 'source_run_id', 'status'}'";
const OFFSET = 'Invalid page token, not stringable -1';
const NO_LIMIT = 'max_results must be a whole number, 0 or more.';
const LIST_WITHOUT_IN = "Invalid comparator '=' for a list of values. Use IN or NOT IN.";
const GREAT = "Invalid value for numeric attribute 'version_number': 99999999999999999999";

function twice(rpc: string, fields: string): DifferenceMatch {
  const mlflow = '500 INTERNAL_ERROR `order_by` contains duplicate fields: ';
  return refused(rpc, mlflow, `\`order_by\` contains duplicate fields: [${fields}]`);
}

function notArchived(stage: string): DifferenceMatch {
  const said = 'Model version transition cannot archive existing model versions because';
  return refused(
    'transitionModelVersionStage',
    `500 INTERNAL_ERROR ${said} '${stage}'`,
    `${said} '${stage}' is not an Active stage. Valid stages are ['Staging', 'Production']`,
  );
}

function noNumber(key: string): DifferenceMatch {
  const mlflow = '500 INTERNAL_ERROR could not convert string to float: ';
  return refused('searchLoggedModels', mlflow, `Invalid value for '${key}': "'x'". Expected a number.`);
}

function noAttribute(mlflow: string, key: string): DifferenceMatch {
  const sentence = `Invalid attribute key '${key}' specified. Valid keys are ${ATTRIBUTES}`;
  return refused('searchLoggedModels', mlflow, sentence);
}

function badVersion(mlflow: string, text: string): DifferenceMatch {
  return refused('getModelVersion', mlflow, `Parameter 'version' must be an integer, got '${text}'.`);
}

/** What is refused here with 400, and not there, or with a 500. */
export const BAD_INPUT: readonly Difference[] = [
  {
    id: 'bad-input-is-400',
    what: 'Bad input that MLflow does not expect (bodies that are no object, unknown attributes, texts for numbers, a key to sort by given twice)',
    mlflow: '500',
    here: '400 with a sentence (404 where something is named that is not there)',
    why: 'clients retry 5xx for minutes',
    matches: [
      refused('createRegisteredModel', '500', 'The body is a JSON string that does not hold JSON.'),
      refused('createRegisteredModel', '500', 'The body must be a JSON object.'),
      ...['action', 'entity'].map((name) =>
        refused(
          'createWebhook',
          '500',
          `Missing value for required parameter 'events[0].${name}'. ${SEE_DOCS}`,
        ),
      ),
      refused(
        'getModelVersionArtifact',
        '500 INTERNAL_ERROR int\\(\\) argument must be',
        "Missing value for required parameter 'version'.",
      ),
      refused(
        'getRegisteredModel',
        '500 INTERNAL_ERROR A string literal cannot contain NUL',
        "Parameter 'name' has a NUL character.",
        { engine: 'postgres' },
      ),
      refused('logModel', '500', 'Malformed model info: it must be a JSON object.'),
      refused('searchLoggedModels', '500', 'Invalid page token: x. It is not an object of JSON in base64.'),
      noNumber('attributes.creation_timestamp_ms'),
      noNumber('metrics.acc'),
      ...['artifact_uri', 'x'].map((key) =>
        noAttribute(`500 INTERNAL_ERROR type object 'SqlLoggedModel' has no attribute '${key}'`, key),
      ),
      refused('searchModelVersions searchRegisteredModels', '500', 'Invalid comparator for tag: IS NULL'),
      refused('searchRegisteredModels', '500', 'Invalid comparator for tag: IS NOT NULL'),
      refused('searchRegisteredModels', '500', 'Invalid comparator for attribute: IS NULL'),
      twice('searchModelVersions searchRegisteredModels', "'name', 'name'"),
      twice('searchRegisteredModels', "'timestamp', 'last_updated_timestamp'"),
      twice('searchRuns', "'metrics.loss', 'metrics.loss'"),
      twice('searchRuns', "'start_time', 'created'"),
      twice('searchRuns', "'start_time', 'start_time'"),
      notArchived('Archived'),
      notArchived('None'),
      refused(
        'updateExperiment',
        '500 INVALID_STATE Cannot rename a non-active experiment',
        'Cannot rename a non-active experiment.',
      ),
      refused('getMetricHistoryBulk', '500', NO_LIMIT),
      {
        rpc: ['createModelVersion'],
        request: 'models:/flow-source-12/latest',
        mlflow: "500 INTERNAL_ERROR No versions of model with name 'flow-source-12' found",
        here: '404 RESOURCE_DOES_NOT_EXIST Model Version \\(name=flow-source-12, latest\\) not found',
      },
    ],
  },
  {
    id: 'version-spellings',
    what: 'Version numbers in other spellings (`01`, `+1`, ` 1`, digits of other scripts) or out of range (`0`, `-1`, beyond 31 bits)',
    mlflow: 'accepted, 404',
    here: '400',
    why: 'one thing has one name',
    matches: [
      ...['01', '+1', ' 1'].map((text) => badVersion('200', text)),
      ...['0', '-1', '1_0', '٣', '99999999999'].map((text) => badVersion(NO_VERSION, text)),
    ],
  },
  {
    id: 'strict-json',
    what: 'A JSON body or a query with a key given twice, NaN without quotes, NUL characters, lone surrogates, or nested deeper than any message',
    mlflow: 'accepted',
    here: '400',
    why: 'two readers must not read two things',
    matches: [
      refused('createRegisteredModel', '200', 'The key "name" is given twice in one object.'),
      refused(
        'createRegisteredModel',
        "400 INVALID_PARAMETER_VALUE Invalid value NaN for parameter 'name' supplied",
        'The body is not JSON: NaN and Infinity must be written in quotes, "NaN", "Infinity", "-Infinity".',
        inError('message'),
      ),
      refused('getRegisteredModel', '200', "Parameter 'name' is given 2 times; give it once."),
      refused(
        'getRegisteredModel',
        '404 RESOURCE_DOES_NOT_EXIST Registered Model with name=a\0b not found',
        "Parameter 'name' has a NUL character.",
        { engine: 'sqlite' },
      ),
      refused('updateRegisteredModel', '200', 'The body has a lone surrogate in a string.'),
    ],
  },
  {
    id: 'numbers-as-written',
    what: 'A number that a sentence shows again (`1e3` for a name)',
    mlflow: "`1000.0`, of type 'float'",
    here: "`1000`, of type 'int'",
    why: 'JSON knows one kind of number',
    matches: [
      refused(
        'createRegisteredModel',
        "400 INVALID_PARAMETER_VALUE Invalid value 1000\\.0 for parameter 'name' supplied:  Hint: Value was of type 'float'",
        `Invalid value 1000 for parameter 'name' supplied:  Hint: Value was of type 'int'. ${SEE_DOCS}`,
        inError('message'),
      ),
    ],
  },
  {
    id: 'negative-pages',
    what: 'Searches of models, runs and logged models, and charts, with a page size out of range or a token with a negative offset',
    mlflow: 'an odd page (400 with SQL on PostgreSQL)',
    here: '400; a page of logged models has at most 50,000',
    why: 'bad input',
    matches: [
      refused(
        'searchRegisteredModels',
        '200',
        'Invalid value for max_results. It must be at least 0, but got -1',
      ),
      ...['-1', '2147483647'].map((number) =>
        refused(
          'searchLoggedModels',
          '200',
          `Invalid value for max_results. It must be between 1 and 50000, but got ${number}`,
        ),
      ),
      refused('searchRegisteredModels searchRuns', '200', OFFSET, { engine: 'sqlite' }),
      refused('searchRegisteredModels searchRuns', '400 BAD_REQUEST .*OFFSET must not be negative', OFFSET, {
        engine: 'postgres',
        ...inError('error_code', 'message'),
      }),
      refused('getMetricHistoryBulk', '200', NO_LIMIT, { engine: 'sqlite' }),
      refused('getMetricHistoryBulk', '400 BAD_REQUEST .*LIMIT must not be negative', NO_LIMIT, {
        engine: 'postgres',
        ...inError('error_code', 'message'),
      }),
    ],
  },
  {
    id: 'filters-by-engine',
    what: 'Filters that MLflow understands on PostgreSQL alone: a list of one behind `=`, version numbers beyond 64 bits',
    mlflow: '400 with SQL or 500 on SQLite, 200 on PostgreSQL',
    here: '400 on both',
    why: 'the same answer on every engine',
    matches: [
      refused('searchRuns', '200', LIST_WITHOUT_IN, { engine: 'postgres' }),
      refused('searchRuns', "400 BAD_REQUEST .*type 'tuple' is not supported", LIST_WITHOUT_IN, {
        engine: 'sqlite',
        ...inError('error_code', 'message'),
      }),
      refused('searchModelVersions', '200', GREAT, { engine: 'postgres' }),
      refused('searchModelVersions', '500 INTERNAL_ERROR Python int too large to convert', GREAT, {
        engine: 'sqlite',
      }),
    ],
  },
  {
    id: 'logged-model-filters',
    what: 'Filters of logged models on columns that are not documented, and lists of numbers',
    mlflow: 'accepted; 400 with the inner words of its database layer',
    here: '400',
    why: 'what is not documented may change',
    matches: [
      noAttribute('200', 'experiment_id'),
      refused(
        'searchLoggedModels',
        '400 BAD_REQUEST IN expression list, SELECT construct',
        'While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: (1,)',
        inError('error_code', 'message'),
      ),
      refused(
        'searchLoggedModels',
        '400 INVALID_PARAMETER_VALUE Invalid page token: !\\. Expecting value',
        'Invalid page token: !. It is not an object of JSON in base64.',
        inError('message'),
      ),
    ],
  },
  {
    id: 'empty-keys',
    what: 'Tags and params of logged models without a key',
    mlflow: 'accepted',
    here: '400 `Missing value for required parameter …`',
    why: 'nothing could ask for them',
    matches: ['params', 'tags'].map((list) =>
      refused('createLoggedModel', '200', `Missing value for required parameter '${list}[0].key'.`),
    ),
  },
  {
    id: 'line-feed-at-end',
    what: 'Tag keys and aliases that end in a line feed',
    mlflow: 'accepted',
    here: '400',
    why: 'nobody can see it',
    matches: [
      refused(
        'setRegisteredModelAlias',
        '200',
        "Invalid alias name: 'a\n'. Names may only contain alphanumerics, underscores (_), and dashes (-).",
      ),
      refused(
        'setRegisteredModelTag',
        '200',
        'Invalid value "a\\n" for parameter \'key\' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).',
      ),
    ],
  },
  {
    id: 'webhook-event-twice',
    what: 'A webhook event given twice',
    mlflow: '400 `BAD_REQUEST` with SQL',
    here: '400 `INVALID_PARAMETER_VALUE`',
    why: 'nothing from inside is shown',
    matches: [
      refused(
        'createWebhook',
        SQL.unique,
        "Webhook event 'prompt_alias.deleted' is given twice.",
        inError('error_code', 'message'),
      ),
    ],
  },
  {
    id: 'webhook-secret-needs-key',
    what: 'A webhook secret while `MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY` is not set',
    mlflow:
      'encrypted with a key that is forgotten at the next start, after which every list of webhooks is a 500',
    here: '400',
    why: 'a secret that nobody can read is lost',
    matches: [
      refused(
        'createWebhook',
        '200',
        'This server cannot keep the secret of a webhook: it is started without MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY.',
      ),
    ],
  },
];
