/** An answer that differs from MLflow's on purpose. */
export interface Difference {
  readonly what: string;
  readonly mlflow: string;
  readonly here: string;
  readonly why: string;
}

/** Every difference that a client can see; shown in docs/mlflow-compatibility.md. */
export const DIFFERENCES: readonly Difference[] = [
  {
    what: 'Bad input that MLflow does not expect (wrong types, odd numbers, unparsable bodies, bad paths)',
    mlflow: 'often 500',
    here: '400 with a sentence',
    why: 'clients retry 5xx for minutes',
  },
  {
    what: 'The next version number after a model was deleted or renamed away',
    mlflow: 'begins at 1 again',
    here: 'goes on',
    why: 'a number names one version for ever',
  },
  {
    what: 'Aliases of a version that is deleted',
    mlflow: 'stay and lead nowhere',
    here: 'are deleted',
    why: 'a bug of MLflow, which means to delete them',
  },
  {
    what: 'Writing or deleting files that a version was registered from, above or below them',
    mlflow: 'done',
    here: '409 `RESOURCE_CONFLICT`; the same bytes again are accepted',
    why: 'what is registered does not change',
  },
  {
    what: 'Version numbers in other spellings (`01`, `+1`, ` 1`, digits of other scripts) or out of range (`0`, `-1`)',
    mlflow: 'accepted, 404',
    here: '400',
    why: 'one thing has one name',
  },
  {
    what: 'Tag keys that begin with `registry.`',
    mlflow: 'accepted',
    here: '400',
    why: 'they are reserved',
  },
  {
    what: 'A version with the prompt tag in a registered model that is no prompt, and the other way round',
    mlflow: 'accepted',
    here: '400',
    why: 'it would hide the version from searches',
  },
  {
    what: 'A JSON body with a key given twice, NUL characters, lone surrogates, or nested deeper than any message',
    mlflow: 'accepted',
    here: '400',
    why: 'two readers must not read two things',
  },
  {
    what: 'Log-batch',
    mlflow: 'params, metrics and tags are written one after the other',
    here: 'one transaction',
    why: 'nothing is half-written',
  },
  {
    what: 'Deleting the artifact path `%01`, a blank or an empty one',
    mlflow: 'may empty the artifact root',
    here: '400',
    why: 'a bug of MLflow',
  },
  {
    what: 'Order of names on PostgreSQL',
    mlflow: 'the collation of the database',
    here: 'by bytes, as on SQLite',
    why: 'the same order on every engine',
  },
  {
    what: 'Boolean parameters as texts (`"TRUE"`), POST for registered-models/search',
    mlflow: '400, 405',
    here: 'accepted',
    why: "MLflow's R client sends them",
  },
  {
    what: 'Calls other than create and rename with a name that no new model may have (`a/b`, `a:b`, `..`)',
    mlflow: '400 `Invalid model name …`',
    here: '404, or the model',
    why: 'databases of older releases may hold such names',
  },
  {
    what: 'Version sources that name a host (`http`, `https`, `ftp`, `sftp`, `hdfs`, `viewfs`, `abfss`, `b2`)',
    mlflow: '400, unless an environment variable allows them',
    here: 'kept as a pointer, without credentials',
    why: 'nothing here ever connects to them',
  },
  {
    what: 'Version sources with `..` after `?` or `;`, with a drive letter, credentials or a scheme that browsers run',
    mlflow: 'accepted',
    here: '400',
    why: 'every reader of the version may follow them',
  },
  {
    what: 'A version whose `run_id` has not the form of a run id',
    mlflow: 'accepted',
    here: "400 `Invalid value … for parameter 'run_id' supplied.`",
    why: 'it can name no run',
  },
  {
    what: 'Setting, changing or deleting the prompt tag of what exists',
    mlflow: 'done',
    here: '400, when it would change the kind',
    why: 'what is a prompt is fixed; else versions could hide from searches',
  },
  {
    what: 'Tag keys and aliases that end in a line feed',
    mlflow: 'accepted',
    here: '400',
    why: 'nobody can see it',
  },
  {
    what: 'registered-models/search with negative `max_results` or a token with a negative offset',
    mlflow: 'an odd page',
    here: '400',
    why: 'bad input',
  },
  {
    what: 'Order of tags, aliases and latest versions within a model or version',
    mlflow: 'whatever the database gives',
    here: 'by key, alias, version',
    why: 'the same answer every time',
  },
  {
    what: 'Messages of a name that is taken when renaming, of a bad local source',
    mlflow: 'hold SQL, the working directory of the server',
    here: 'do not',
    why: 'nothing from inside is shown',
  },
];
