import { type Difference, inError, literal, refused, SEE_DOCS } from './difference.ts';

const FOLDER = 'Artifact path refers to a directory, not a file: ';

/** Files, and what a server says of itself. */
export const FILES: readonly Difference[] = [
  {
    id: 'errors-of-files',
    what: 'What is wrong with a request for a file: no path, an empty one, that of a folder',
    mlflow: 'a page, `{"detail": …}` or JSON, `BAD_REQUEST` or `INVALID_PARAMETER_VALUE`',
    here: 'the same JSON as everywhere, with the path that was asked for',
    why: 'one form for every error',
    matches: [
      refused(
        'getArtifact getModelVersionArtifact',
        '400 PAGE',
        `Missing value for required parameter 'path'. ${SEE_DOCS}`,
        { at: 'body|content_type' },
      ),
      refused('downloadArtifact', '400 PAGE', `${FOLDER}'<experiment>/<run>/artifacts/sub'`, {
        at: 'body\\.(detail|error_code|message|sqlstate|error_class)',
      }),
      refused(
        'getArtifact getModelVersionArtifact',
        `400 INVALID_PARAMETER_VALUE ${literal(FOLDER)}'.*/artifacts/(model/)?'`,
        `${FOLDER}''`,
        inError('message'),
      ),
    ],
  },
  {
    id: 'health',
    what: '`GET /health`',
    mlflow: '`OK` as text',
    here: 'JSON with `status`, `service` and `version`; the status code is the same',
    why: 'it says which server answers',
    matches: [
      {
        rpc: ['health'],
        mlflow: '200',
        here: '200',
        at: 'content_type',
        values: ['"text/plain"', '"application/json"'],
      },
      {
        rpc: ['health'],
        mlflow: '200',
        here: '200',
        at: 'body',
        values: [
          '"OK"',
          '\\{"service":"cloud-mlflow-registry","status":"healthy","version":"\\d+\\.\\d+\\.\\d+"\\}',
        ],
      },
    ],
  },
  {
    id: 'server-info',
    what: '`GET server-info`',
    mlflow: 'says that it has the gateway',
    here: 'says that it has not',
    why: 'it has not',
    matches: [
      {
        rpc: ['getServerInfo'],
        mlflow: '200',
        here: '200',
        at: 'body\\.features_enabled\\.gateway',
        values: ['true', 'false'],
      },
    ],
  },
];
