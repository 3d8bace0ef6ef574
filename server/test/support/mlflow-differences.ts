/**
 * What of two answers an entry explains; all that is given must hold. `request`, `mlflow`, `here` and `at` are regular
 * expressions: over the JSON of path, query and body; over `STATUS CODE MESSAGE` of the answers (`200` of a success);
 * over the place of the deviation (`body.model_version.version`).
 */
interface DifferenceMatch {
  readonly rpc?: readonly string[];
  readonly engine?: 'sqlite' | 'postgres';
  readonly request?: string;
  readonly mlflow?: string;
  readonly here?: string;
  readonly at?: string;
  /** Lists that hold the same in another order; without it, values. */
  readonly order?: true;
}

/** An answer that differs from MLflow's on purpose. The differential suite needs every entry, and allows no more. */
export interface Difference {
  readonly id: string;
  readonly what: string;
  readonly mlflow: string;
  readonly here: string;
  readonly why: string;
  /** What `interop/differential` lets pass. */
  readonly matches?: readonly DifferenceMatch[];
  /** The test that keeps an entry that shows in no answer of a message. */
  readonly keptBy?: string;
}

const REFUSED_TYPE =
  "^400 INVALID_PARAMETER_VALUE Invalid value .* for parameter '.*' supplied:  Hint: Value was of type";

/** Every difference that a client can see; shown in docs/mlflow-compatibility.md. */
export const DIFFERENCES: readonly Difference[] = [
  {
    id: 'bad-input-is-400',
    what: 'Bad input that MLflow does not expect (odd numbers, unparsable bodies, bad paths)',
    mlflow: 'often 500',
    here: '400 with a sentence',
    why: 'clients retry 5xx for minutes',
    matches: [
      { mlflow: '^500', here: '^400 INVALID_PARAMETER_VALUE' },
      { mlflow: '^500', here: '^404', rpc: ['createModelVersion'], request: 'models:/' },
    ],
  },
  {
    id: 'wrong-types-are-refused',
    what: 'Values of a wrong type that MLflow has no check for (an object for a number, `1.5` for a time, `[5]` for texts)',
    mlflow: 'goes on with what it read up to there, as if the rest were unset',
    here: "400 `Invalid value … for parameter '…' supplied`",
    why: 'half a message is not what was meant',
    matches: [{ mlflow: '^(200|4\\d\\d) ?', here: REFUSED_TYPE }],
  },
  {
    id: 'numbering-goes-on',
    what: 'The next version number after a model was deleted or renamed away',
    mlflow: 'begins at 1 again',
    here: 'goes on',
    why: 'a number names one version for ever',
    matches: [{ rpc: ['createModelVersion'], at: 'model_version\\.version$' }],
  },
  {
    id: 'sealed-files',
    what: 'Writing or deleting files that a version was registered from, above or below them',
    mlflow: 'done',
    here: '409 `RESOURCE_CONFLICT`; the same bytes again are accepted',
    why: 'what is registered does not change',
    keptBy: 'test/http/mlflow/artifact.test.ts',
  },
  {
    id: 'version-spellings',
    what: 'Version numbers in other spellings (`01`, `+1`, ` 1`, digits of other scripts) or out of range (`0`, `-1`)',
    mlflow: 'accepted, 404',
    here: '400',
    why: 'one thing has one name',
    matches: [
      { mlflow: '^(200|404)', here: '^400 INVALID_PARAMETER_VALUE .*version', request: '"version": "' },
    ],
  },
  {
    id: 'reserved-tags',
    what: 'Tag keys that begin with `registry.`',
    mlflow: 'accepted',
    here: '400',
    why: 'they are reserved',
    matches: [{ mlflow: '^200', here: '^400', request: '"registry\\.' }],
  },
  {
    id: 'prompt-kind-of-versions',
    what: 'A version with the prompt tag in a registered model that is no prompt, and the other way round',
    mlflow: 'accepted',
    here: '400',
    why: 'it would hide the version from searches',
    matches: [{ rpc: ['createModelVersion'], mlflow: '^200', here: '^400', request: 'is_prompt' }],
  },
  {
    id: 'strict-json',
    what: 'A JSON body or a query with a key given twice, NaN without quotes, NUL characters, lone surrogates, or nested deeper than any message',
    mlflow: 'accepted',
    here: '400',
    why: 'two readers must not read two things',
    matches: [
      { here: '^400 INVALID_PARAMETER_VALUE', request: 'strict-json' },
      { here: '^400 INVALID_PARAMETER_VALUE The body is not JSON' },
      { rpc: ['getRegisteredModel'], here: '^400 INVALID_PARAMETER_VALUE', request: '%00|name=.*&name=' },
    ],
  },
  {
    id: 'log-batch-is-one',
    what: 'Log-batch',
    mlflow: 'params, metrics and tags are written one after the other',
    here: 'one transaction',
    why: 'nothing is half-written',
    matches: [{ rpc: ['getRun'], at: 'data\\.(params|metrics|tags)', request: 'half-written' }],
  },
  {
    id: 'empty-artifact-paths',
    what: 'Deleting the artifact path `%01`, a blank or an empty one',
    mlflow: 'may empty the artifact root',
    here: '400',
    why: 'a bug of MLflow',
    keptBy: 'test/http/mlflow/artifact-hostile.test.ts',
  },
  {
    id: 'order-of-names',
    what: 'Order of names on PostgreSQL',
    mlflow: 'the collation of the database',
    here: 'by bytes, as on SQLite',
    why: 'the same order on every engine',
    keptBy: 'test/store/run-search.test.ts',
  },
  {
    id: 'texts-for-flags',
    what: 'Boolean parameters as texts (`"TRUE"`), POST for registered-models/search, content types in capitals',
    mlflow: '400, 405',
    here: 'accepted',
    why: "MLflow's R client sends the first two; the case of a media type means nothing",
    matches: [
      { mlflow: '^400 .*Content-Type must be', here: '^200', request: 'transport-t' },
      { mlflow: '^400', here: '^200', rpc: ['transitionModelVersionStage'], request: '(?i)"(true|false)"' },
      { mlflow: '^405', here: '^200', rpc: ['searchRegisteredModels'] },
    ],
  },
  {
    id: 'old-names',
    what: 'Calls other than create and rename with a name that no new model may have (`a/b`, `a:b`, `..`)',
    mlflow: '400 `Invalid model name …`',
    here: '404, or the model',
    why: 'databases of older releases may hold such names',
    matches: [
      {
        mlflow:
          "^400 INVALID_PARAMETER_VALUE (Invalid model name|Invalid value .* for parameter 'name' supplied: Names may)",
        here: '^404',
      },
    ],
  },
  {
    id: 'host-sources',
    what: 'Version sources that name a host (`http`, `https`, `ftp`, `sftp`, `hdfs`, `viewfs`, `abfss`, `b2`)',
    mlflow: '400, unless an environment variable allows them',
    here: 'kept as a pointer, without credentials',
    why: 'nothing here ever connects to them',
    matches: [
      { rpc: ['createModelVersion'], mlflow: "^400 INVALID_PARAMETER_VALUE 'source' cannot use the" },
    ],
  },
  {
    id: 'odd-sources',
    what: 'Version sources with `..` after `?` or `;`, with a drive letter, credentials or a scheme that browsers run',
    mlflow: 'accepted',
    here: '400',
    why: 'every reader of the version may follow them',
    matches: [
      { rpc: ['createModelVersion'], mlflow: '^200', here: '^400' },
      { rpc: ['createModelVersion'], mlflow: '^400', here: '^400', request: '"source": "C:' },
    ],
  },
  {
    id: 'version-run-ids',
    what: 'A version whose `run_id` has not the form of a run id',
    mlflow: 'accepted',
    here: "400 `Invalid value … for parameter 'run_id' supplied.`",
    why: 'it can name no run',
    matches: [
      {
        rpc: ['createModelVersion'],
        mlflow: '^200',
        here: "^400 INVALID_PARAMETER_VALUE Invalid value .* for parameter 'run_id' supplied",
      },
    ],
  },
  {
    id: 'prompt-kind-is-fixed',
    what: 'Setting, changing or deleting the prompt tag of what exists',
    mlflow: 'done',
    here: '400, when it would change the kind',
    why: 'what is a prompt is fixed; else versions could hide from searches',
    matches: [{ mlflow: '^200', here: '^400', request: 'mlflow.prompt.is_prompt' }],
  },
  {
    id: 'line-feed-at-end',
    what: 'Tag keys and aliases that end in a line feed',
    mlflow: 'accepted',
    here: '400',
    why: 'nobody can see it',
    matches: [{ mlflow: '^200', here: '^400', request: '"a\\\\n"' }],
  },
  {
    id: 'negative-pages',
    what: 'Searches of models, runs and logged models with a page size out of range or a token with a negative offset',
    mlflow: 'an odd page',
    here: '400',
    why: 'bad input',
    matches: [
      {
        rpc: ['searchRegisteredModels', 'searchRuns'],
        mlflow: '^200',
        here: '^400',
        request: '-1|eyJvZmZzZXQiOiAtMX0=',
      },
      {
        rpc: ['searchLoggedModels'],
        mlflow: '^200',
        here: '^400 INVALID_PARAMETER_VALUE Invalid value for max_results',
      },
    ],
  },
  {
    id: 'order-within',
    what: 'Order of tags, aliases, latest versions, metrics and params within a model, version or run',
    mlflow: 'whatever the database gives',
    here: 'by key, alias, version, id',
    why: 'the same answer every time',
    matches: [
      { order: true, at: '(tags|aliases|latest_versions|metrics|params|model_outputs|model_inputs)$' },
      { order: true, at: '^body.model_versions$', rpc: ['getLatestVersions'] },
    ],
  },
  {
    id: 'nothing-from-inside',
    what: 'Messages of a name that is taken when renaming, of a bad local source, of a metric of no logged model',
    mlflow: 'hold SQL, the working directory of the server',
    here: 'do not',
    why: 'nothing from inside is shown',
    matches: [
      {
        mlflow: '^400 .*(sqlite3|psycopg2|SQL:|Current working directory)',
        here: '^4',
        at: '^(body|status)',
      },
      {
        rpc: ['createModelVersion'],
        mlflow: '^400 .* request parameter must identify the resource',
        here: '^400 .*To use a local path',
      },
    ],
  },
  {
    id: 'webhook-limits',
    what: 'Webhook URLs with spaces, control characters, backslashes or a port that is none; webhook texts longer than their columns (URL 500, description 1,000 characters, secret 687 bytes)',
    mlflow: 'accepted (on PostgreSQL 400 with SQL)',
    here: '400',
    why: 'nothing could be sent there, or kept on every engine',
    keptBy: 'test/http/mlflow/webhook.test.ts',
  },
  {
    id: 'webhook-event-twice',
    what: 'A webhook event given twice',
    mlflow: '400 `BAD_REQUEST` with SQL',
    here: '400 `INVALID_PARAMETER_VALUE`',
    why: 'nothing from inside is shown',
    keptBy: 'test/http/mlflow/webhook.test.ts',
  },
  {
    id: 'webhook-secret-needs-key',
    what: 'A webhook secret while `MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY` is not set',
    mlflow:
      'encrypted with a key that is forgotten at the next start, after which every list of webhooks is a 500',
    here: '400',
    why: 'a secret that nobody can read is lost',
    keptBy: 'test/http/mlflow/webhook.test.ts',
  },
  {
    id: 'webhook-test-shows-no-body',
    what: 'testWebhook',
    mlflow:
      'shows all that the receiver said, and the inner words of a failed connection; tries again like a delivery',
    here: 'shows the status alone, and a few words of a failure (`REGISTRY_WEBHOOK_SHOW_RESPONSE` shows up to 1 KiB); tries once',
    why: 'a webhook must not read what the server can reach',
    keptBy: 'test/http/mlflow/webhook.test.ts',
  },
  {
    id: 'webhook-redirects',
    what: 'A receiver of webhooks that redirects',
    mlflow: 'followed',
    here: 'not followed: no success',
    why: 'the address that was checked is the one that is reached',
    keptBy: 'test/egress/egress.test.ts',
  },
  {
    id: 'webhook-delivery',
    what: 'Delivery of webhooks',
    mlflow: 'from memory, once, in any order; lost at a restart; a new webhook is heard after a minute',
    here: 'kept in the transaction of the change, at least once under one delivery id, in order for each webhook, at once',
    why: 'nothing is forgotten',
    keptBy: 'test/operations/webhook-delivery.test.ts',
  },
  {
    id: 'kinder-numbers',
    what: 'Whole numbers written `1.0` in a query, null for a list or number',
    mlflow: '500',
    here: 'accepted; null is unset',
    why: 'what is meant is clear',
    matches: [
      {
        mlflow: '^500',
        here: '^200',
        request: '"1\\.0"|null, null|: null',
        rpc: ['searchRegisteredModels', 'logBatch', 'searchRuns'],
      },
    ],
  },
  {
    id: 'never-cut',
    what: 'Param values over 6,000 characters and run tags over 8,000',
    mlflow: 'cut, without a word',
    here: "400 `'value' exceeds the maximum length …`",
    why: 'a value is refused and never cut',
    matches: [
      { mlflow: '^200', here: '^400 .* exceeds the maximum length', rpc: ['logParam', 'logBatch', 'setTag'] },
    ],
  },
  {
    id: 'lengths-on-sqlite',
    what: 'Texts longer than the column of the database (names 256, descriptions 5,000, keys of logged models 255, …)',
    mlflow: 'kept on SQLite, refused on PostgreSQL',
    here: '400 on both',
    why: 'the database may move to PostgreSQL one day',
    matches: [
      { mlflow: '^200', here: '^400 .* exceeds the maximum length', engine: 'sqlite' },
      { mlflow: '^404', here: '^400 .* exceeds the maximum length', rpc: ['createModelVersion'] },
    ],
  },
  {
    id: 'empty-keys',
    what: 'Tags and params of logged models without a key',
    mlflow: 'accepted',
    here: '400 `Missing value for required parameter …`',
    why: 'nothing could ask for them',
    matches: [
      {
        rpc: ['createLoggedModel', 'setLoggedModelTags', 'LogLoggedModelParams'],
        mlflow: '^200',
        here: "^400 INVALID_PARAMETER_VALUE Missing value for required parameter '(tags|params)\\[",
      },
    ],
  },
  {
    id: 'path-and-body',
    what: 'A `model_id` or `tag_key` in the body or query that is not that of the path; the one in the body left out',
    mlflow: 'one of the two is used without a word; a missing one is 400',
    here: '400; the path is enough',
    why: 'permission is asked for what is changed',
    matches: [
      { here: '^400 INVALID_PARAMETER_VALUE Parameter .* is not the same in the path and in the body' },
      {
        rpc: ['finalizeLoggedModel', 'LogLoggedModelParams'],
        mlflow: "^400 INVALID_PARAMETER_VALUE Missing value for required parameter 'model_id'",
        here: "^(200|400 INVALID_PARAMETER_VALUE Missing value for required parameter 'status')",
      },
    ],
  },
  {
    id: 'camel-case',
    what: '`experimentId` for `experiment_id` in runs/create',
    mlflow: 'accepted',
    here: '400 `Missing value …`',
    why: 'no required parameter has a second name, as in the other calls',
    matches: [
      {
        rpc: ['createRun'],
        mlflow: '^200',
        here: "^400 .* parameter 'experiment_id'",
        request: 'experimentId',
      },
    ],
  },
  {
    id: 'logged-model-search',
    what: "Filters of logged models: `status = 'READY'`, `creation_timestamp`, a data set without a digest; columns that are not documented",
    mlflow: 'matches nothing; 500; matches nothing; accepted',
    here: 'finds what is meant; 400 for the last',
    why: 'bugs of MLflow',
    matches: [
      {
        rpc: ['searchLoggedModels'],
        request: "status = '(LOGGED_MODEL_)?READY'",
        mlflow: '^(200|400)',
        here: '^200',
      },
      { rpc: ['searchLoggedModels'], request: 'attributes.creation_timestamp', mlflow: '^500', here: '^200' },
      { rpc: ['searchLoggedModels'], request: '"dataset_name": "iris"}\\]', mlflow: '^200', here: '^200' },
      { rpc: ['searchLoggedModels'], request: 'experiment_id = ', mlflow: '^200', here: '^400' },
      { rpc: ['searchLoggedModels'], request: 'status IN \\(1\\)', mlflow: '^400 BAD_REQUEST', here: '^400' },
      {
        rpc: ['searchLoggedModels'],
        request: '"page_token": "!"',
        mlflow: '^400 INVALID_PARAMETER_VALUE Invalid page token',
        here: '^400 INVALID_PARAMETER_VALUE Invalid page token',
      },
    ],
  },
  {
    id: 'filters-by-engine',
    what: 'Filters that MLflow understands on PostgreSQL alone: a list of one behind `=`, version numbers beyond 64 bits',
    mlflow: '500 on SQLite, 200 on PostgreSQL',
    here: '400 on both',
    why: 'the same answer on every engine',
    matches: [
      {
        rpc: ['searchRuns'],
        engine: 'postgres',
        mlflow: '^200',
        here: "^400 INVALID_PARAMETER_VALUE Invalid comparator '=' for a list",
      },
      { rpc: ['searchModelVersions'], engine: 'postgres', mlflow: '^200', here: '^400', request: '9{20}' },
    ],
  },
  {
    id: 'given-twice',
    what: 'What is there already, given again: a tag twice in one create, an output or a param of a logged model, a metric of a model at the same time and step',
    mlflow: '400 with SQL',
    here: 'accepted; the last tag counts, other things stay as they are',
    why: 'clients repeat a request whose answer was lost',
    matches: [{ mlflow: '^400 .*(UNIQUE constraint|UniqueViolation)', here: '^200' }],
  },
  {
    id: 'class-of-an-unknown-order',
    what: '`sqlstate` and `error_class` of an unknown field in the order of logged models',
    mlflow: '`KAM04`, `ATTRIBUTE_NOT_FOUND`',
    here: '`KAM00`, `INVALID_PARAMETER_VALUE`, as for every wrong parameter',
    why: 'code and sentence, which clients read, are the same',
    matches: [
      {
        rpc: ['searchLoggedModels'],
        mlflow: '^400 .*Invalid order by field name',
        here: '^400',
        at: '^body\\.(sqlstate|error_class)$',
      },
    ],
  },
  {
    id: 'webhook-secrets',
    what: 'A secret of a webhook while the server has no `MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY`',
    mlflow: 'kept under a key that is forgotten with the process',
    here: '400',
    why: 'deliveries would fail after the next start',
    matches: [
      {
        rpc: ['createWebhook'],
        request: '"secret": "',
        mlflow: '^200',
        here: '^400 .*MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY',
      },
    ],
  },
];
