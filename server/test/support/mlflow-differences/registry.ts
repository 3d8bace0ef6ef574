import { type Difference, type DifferenceMatch, inError, literal, refused } from './difference.ts';

const VERSION_WITH_HOST =
  '\\{"model_version":\\{"creation_timestamp":"\\[time of step (\\d)\\]","current_stage":"None","description":"",' +
  '"last_updated_timestamp":"\\[time of step \\1\\]","name":"flow-source-2[5-9]","run_id":"(0123456789abcdef){0,2}",' +
  '"run_link":"","source":"(http|ftp|hdfs)://host/x","status":"READY","version":"[12]"\\}\\}';

function oldName(rpc: string, name: string, sentence: string): DifferenceMatch {
  return {
    rpc: [rpc],
    mlflow: `400 INVALID_PARAMETER_VALUE Invalid model name '${name}'`,
    here: `404 RESOURCE_DOES_NOT_EXIST ${literal(sentence)}`,
  };
}

function reserved(rpc: string): DifferenceMatch {
  const sentence =
    "Tag key 'registry.x' is reserved: keys that begin with 'registry.' belong to the registry.";
  return refused(rpc, '200', sentence);
}

function relativeReference(source: string): string {
  return (
    `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, ` +
    'objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references ' +
    'present. Please provide an absolute path.'
  );
}

function localPath(source: string): string {
  return (
    `Invalid model version source: '${source}'. To use a local path as a model version source, the run_id request ` +
    'parameter has to be specified and the local path has to be contained within the artifact directory of the run ' +
    'specified by the run_id.'
  );
}

const RELATIVE_SOURCES = [' ', '../x', './x', 'a b', 'dummy-source', 'prompt-template'];

/** Registered models, their versions, aliases and tags. */
export const REGISTRY: readonly Difference[] = [
  {
    id: 'numbering-goes-on',
    what: 'The next version number after a model was deleted or renamed away',
    mlflow: 'begins at 1 again',
    here: 'goes on',
    why: 'a number names one version for ever',
    matches: [
      {
        rpc: ['createModelVersion'],
        request: '"name": "flow-numbers"',
        mlflow: '200',
        here: '200',
        at: 'body\\.model_version\\.version',
        values: ['"1"', '"4"'],
      },
    ],
  },
  {
    id: 'reserved-tags',
    what: 'Tag keys that begin with `registry.`',
    mlflow: 'accepted',
    here: '400',
    why: 'they are reserved',
    matches: [reserved('setRegisteredModelTag'), reserved('setModelVersionTag')],
  },
  {
    id: 'prompt-kind-of-versions',
    what: 'A version with the prompt tag in a registered model that is no prompt, and the other way round',
    mlflow: 'accepted',
    here: '400',
    why: 'it would hide the version from searches',
    matches: [
      refused(
        'createModelVersion',
        '200',
        "'flow-prompt-kind' is a registered model and no prompt; its versions cannot carry the tag mlflow.prompt.is_prompt = 'true'.",
      ),
    ],
  },
  {
    id: 'prompt-kind-is-fixed',
    what: 'Setting, changing or deleting the prompt tag of what exists',
    mlflow: 'done',
    here: '400, when it would change the kind',
    why: 'what is a prompt is fixed; else versions could hide from searches',
    matches: [
      refused(
        'setRegisteredModelTag',
        '200',
        'Whether flow-prompt-kind is a prompt is fixed; the tag mlflow.prompt.is_prompt cannot change.',
      ),
    ],
  },
  {
    id: 'old-names',
    what: 'Calls other than create and rename with a name that no new model may have (`a/b`, `a:b`, `..`)',
    mlflow: '400 `Invalid model name …`',
    here: '404, or the model',
    why: 'databases of older releases may hold such names',
    matches: [
      oldName('createModelVersion', 'a/b', 'Registered Model with name=a/b not found'),
      oldName('deleteRegisteredModel', 'a/b', 'Registered Model with name=a/b not found'),
      oldName('getRegisteredModel', 'a/b', 'Registered Model with name=a/b not found'),
      oldName('getRegisteredModel', 'a:b', 'Registered Model with name=a:b not found'),
      oldName('setRegisteredModelAlias', 'a:b', 'Model Version (name=a:b, version=1) not found'),
      {
        rpc: ['getRegisteredModel'],
        mlflow:
          '400 INVALID_PARAMETER_VALUE Invalid value "\\.\\." for parameter \'name\' supplied: Names may be treated',
        here: '404 RESOURCE_DOES_NOT_EXIST Registered Model with name=\\.\\. not found',
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
      ...['http', 'ftp', 'hdfs'].map((scheme) => ({
        rpc: ['createModelVersion'],
        request: `"source": "${scheme}://host/x"`,
        mlflow: `400 INVALID_PARAMETER_VALUE 'source' cannot use the '${scheme}' scheme`,
        here: '200',
        gives: VERSION_WITH_HOST.replace('(http|ftp|hdfs)', scheme),
      })),
      {
        rpc: ['createModelVersion'],
        request: '"source": "abfss://c@h/x"',
        mlflow: "400 INVALID_PARAMETER_VALUE 'source' cannot use the 'abfss' scheme",
        here: '200',
        gives: VERSION_WITH_HOST.replace('(http|ftp|hdfs)://host', 'abfss://c@h'),
      },
      refused(
        'createModelVersion',
        "400 INVALID_PARAMETER_VALUE 'source' cannot use the 'https' scheme",
        relativeReference('https://host/../x'),
        inError('message'),
      ),
    ],
  },
  {
    id: 'odd-sources',
    what: 'Version sources with `..` after `?` or `;`, with a drive letter, credentials or a scheme that browsers run',
    mlflow: 'accepted',
    here: '400',
    why: 'every reader of the version may follow them',
    matches: [
      refused('createModelVersion', '200', relativeReference('s3://b/x?y=../z')),
      refused('createModelVersion', '200', relativeReference('s3://b/x;../z')),
      refused(
        'createModelVersion',
        '200',
        "Invalid model version source: 's3://user:pass@b/x'. It must not carry credentials, which every reader of the version would see.",
      ),
      refused(
        'createModelVersion',
        "400 INVALID_PARAMETER_VALUE Invalid model version source: 'C:\\\\x'\\. If supplying",
        localPath('C:\\x'),
        inError('message'),
      ),
    ],
  },
  {
    id: 'local-sources',
    what: 'The sentence for a relative local source',
    mlflow: 'shows it with the folder in which the server runs; looks for the run first',
    here: 'shows it as it was sent; looks for no run',
    why: 'nothing from inside is shown; a relative source is right for no run',
    matches: [
      refused(
        'createModelVersion',
        "400 INVALID_PARAMETER_VALUE Invalid model version source: '/.*/x'\\. To use a local path",
        localPath('./x'),
        inError('message'),
      ),
      ...RELATIVE_SOURCES.map((source) =>
        refused(
          'createModelVersion',
          `400 INVALID_PARAMETER_VALUE Invalid model version source: '${literal(source)}'\\. The run_id request parameter must identify`,
          localPath(source),
          inError('message'),
        ),
      ),
    ],
  },
  {
    id: 'version-run-ids',
    what: 'A version whose `run_id` has not the form of a run id',
    mlflow: 'accepted',
    here: "400 `Invalid value … for parameter 'run_id' supplied.`",
    why: 'it can name no run',
    matches: [
      refused('createModelVersion', '200', 'Invalid value "not a run!" for parameter \'run_id\' supplied.'),
    ],
  },
];
