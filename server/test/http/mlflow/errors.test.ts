import { describe, expect, test } from 'vitest';
import { type ErrorCode, type ErrorParams, RegistryError } from '../../../src/domain/errors.ts';
import { renderEndpointNotFound, renderMlflowError } from '../../../src/http/mlflow/errors.ts';

type Case = {
  [C in ErrorCode]: readonly [
    code: C,
    params: ErrorParams[C],
    status: number,
    mlflow: string,
    message: string,
  ];
}[ErrorCode];

const CASES: readonly Case[] = [
  ['invalid_argument', { message: 'No.' }, 400, 'INVALID_PARAMETER_VALUE', 'No.'],
  ['permission_denied', { message: 'No.' }, 403, 'PERMISSION_DENIED', 'No.'],
  [
    'model_not_found',
    { name: 'm' },
    404,
    'RESOURCE_DOES_NOT_EXIST',
    'Registered Model with name=m not found',
  ],
  [
    'model_exists',
    { name: 'm', kind: 'model', requested: 'model' },
    400,
    'RESOURCE_ALREADY_EXISTS',
    'Registered Model (name=m) already exists.',
  ],
  [
    'model_exists',
    { name: 'p', kind: 'prompt', requested: 'prompt' },
    400,
    'RESOURCE_ALREADY_EXISTS',
    'Prompt (name=p) already exists.',
  ],
  [
    'model_exists',
    { name: 'p', kind: 'prompt', requested: 'model' },
    400,
    'RESOURCE_ALREADY_EXISTS',
    "Tried to create a registered model with name 'p', but the name is already taken by a prompt. MLflow does not allow creating a model and a prompt with the same name.",
  ],
  [
    'model_exists',
    { name: "p'", kind: 'model', requested: 'prompt' },
    400,
    'RESOURCE_ALREADY_EXISTS',
    'Tried to create a prompt with name "p\'", but the name is already taken by a registered model. MLflow does not allow creating a model and a prompt with the same name.',
  ],
  [
    'no_versions',
    { name: 'm' },
    404,
    'RESOURCE_DOES_NOT_EXIST',
    'Registered Model with name=m has no versions',
  ],
  [
    'version_not_found',
    { name: 'm', selector: '9' },
    404,
    'RESOURCE_DOES_NOT_EXIST',
    'Model Version (name=m, version=9) not found',
  ],
  [
    'version_not_found',
    { name: 'm', selector: 'stage production' },
    404,
    'RESOURCE_DOES_NOT_EXIST',
    'Model Version (name=m, stage production) not found',
  ],
  [
    'version_deleted',
    { name: 'm', version: 9 },
    404,
    'RESOURCE_DOES_NOT_EXIST',
    'Model Version (name=m, version=9) not found',
  ],
  [
    'alias_not_found',
    { name: 'm', alias: 'a' },
    400,
    'INVALID_PARAMETER_VALUE',
    'Registered model alias a not found.',
  ],
  [
    'already_in_stage',
    { name: 'm', version: 1, stage: 'staging' },
    400,
    'INVALID_PARAMETER_VALUE',
    'Model Version (name=m, version=1) is already in stage staging',
  ],
  [
    'semantic_version_conflict',
    { name: 'm', given: '1.0.0', greatest: '2.0.0' },
    409,
    'RESOURCE_CONFLICT',
    'Semantic version 1.0.0 of Registered Model with name=m must be greater than 2.0.0',
  ],
  ['experiment_not_found', { message: 'No Experiment.' }, 404, 'RESOURCE_DOES_NOT_EXIST', 'No Experiment.'],
  ['run_not_found', { runId: 'r' }, 404, 'RESOURCE_DOES_NOT_EXIST', 'Run with id=r not found'],
  [
    'logged_model_not_found',
    { modelId: 'm-1' },
    404,
    'RESOURCE_DOES_NOT_EXIST',
    "Logged model with ID 'm-1' not found.",
  ],
  ['resource_not_found', { message: 'No tag.' }, 404, 'RESOURCE_DOES_NOT_EXIST', 'No tag.'],
  ['resource_exists', { message: 'Is there.' }, 400, 'RESOURCE_ALREADY_EXISTS', 'Is there.'],
  ['resource_conflict', { message: 'Is deleted.' }, 409, 'RESOURCE_CONFLICT', 'Is deleted.'],
  ['artifact_not_found', { path: '1/no' }, 404, 'RESOURCE_DOES_NOT_EXIST', "No such artifact: '1/no'"],
  [
    'artifact_is_directory',
    { path: '1/d' },
    400,
    'INVALID_PARAMETER_VALUE',
    "Artifact path refers to a directory, not a file: '1/d'",
  ],
  [
    'artifact_path_conflict',
    { path: '1/d' },
    409,
    'RESOURCE_CONFLICT',
    "A file and a folder cannot have the same artifact path: '1/d'",
  ],
  [
    'artifact_sealed',
    { path: '1/d', sealedBy: 'm version 1' },
    409,
    'RESOURCE_CONFLICT',
    "Artifact path '1/d' is frozen: m version 1 is registered from it",
  ],
  [
    'artifact_digest_mismatch',
    { path: '1/d' },
    400,
    'INVALID_PARAMETER_VALUE',
    "What arrived for artifact path '1/d' does not have the declared size or digest; nothing was kept",
  ],
  [
    'range_not_satisfiable',
    { sizeBytes: 5 },
    416,
    'INVALID_PARAMETER_VALUE',
    "The requested range lies outside of the file's 5 bytes",
  ],
  ['payload_too_large', { limitBytes: 5 }, 413, 'INVALID_PARAMETER_VALUE', 'The body is larger than 5 bytes'],
  ['not_implemented', { message: 'Not yet.' }, 501, 'NOT_IMPLEMENTED', 'Not yet.'],
  ['unavailable', { message: 'Later.' }, 503, 'TEMPORARILY_UNAVAILABLE', 'Later.'],
  ['storage_full', { message: 'Full.' }, 507, 'RESOURCE_EXHAUSTED', 'Full.'],
];

describe('renderMlflowError', () => {
  test.each(CASES)('%s %o is %i %s with its sentence', (code, params, status, mlflow, message) => {
    const answer = renderMlflowError(new RegistryError(code, params));
    expect(answer).toMatchObject({ status, body: { error_code: mlflow, message } });
  });

  test.each([
    ['invalid_argument', 'KAM00', 'INVALID_PARAMETER_VALUE'],
    ['resource_exists', 'KAM00', 'RESOURCE_ALREADY_EXISTS'],
    ['resource_not_found', 'KAM00', 'RESOURCE_NOT_FOUND'],
    ['permission_denied', 'KAM00', 'PERMISSION_DENIED'],
    ['unavailable', 'XXM00', 'CLIENT_INTERNAL_ERROR'],
    ['resource_conflict', undefined, undefined],
    ['not_implemented', undefined, undefined],
    ['storage_full', undefined, undefined],
  ] as const)('%s has the sqlstate and the error class of MLflow', (code, sqlstate, errorClass) => {
    const { body } = renderMlflowError(new RegistryError(code, { message: '' }));
    expect([body.sqlstate, body.error_class]).toEqual([sqlstate, errorClass]);
  });

  test('an unknown name to sort by has a class of its own under the same code', () => {
    const error = new RegistryError('invalid_argument', { message: 'm', unknownAttribute: true });
    expect(renderMlflowError(error).body).toEqual({
      error_code: 'INVALID_PARAMETER_VALUE',
      message: 'm',
      sqlstate: 'KAM04',
      error_class: 'ATTRIBUTE_NOT_FOUND',
    });
  });

  test.each([
    ['a bug', new TypeError('x of undefined at /srv/secret.ts')],
    [
      'a failure of the database',
      Object.assign(new Error('SQLITE_ERROR: near "SELECT"'), { code: 'ERR_SQLITE_ERROR' }),
    ],
    ['an error that claims a status', Object.assign(new Error('secret'), { statusCode: 404 })],
    ['anything thrown', 'secret'],
  ])('%s is a 500 that says nothing about its cause', (_name, error) => {
    expect(renderMlflowError(error)).toEqual({
      status: 500,
      body: {
        error_code: 'INTERNAL_ERROR',
        message: 'An internal error occurred.',
        sqlstate: 'XXM00',
        error_class: 'CLIENT_INTERNAL_ERROR',
      },
    });
  });

  test('what the HTTP server refuses keeps its status, and an odd media type is a 400 as in MLflow', () => {
    const refusal = (statusCode: number, code: string) =>
      renderMlflowError(Object.assign(new Error('Too large'), { statusCode, code }));
    expect(refusal(413, 'FST_ERR_CTP_BODY_TOO_LARGE')).toMatchObject({
      status: 413,
      body: { error_code: 'BAD_REQUEST', message: 'Too large' },
    });
    expect(refusal(415, 'FST_ERR_CTP_INVALID_MEDIA_TYPE')).toMatchObject({
      status: 400,
      body: { message: "Bad Request. Content-Type must be one of ['application/json']." },
    });
  });
});

test('an unknown path is a 404 ENDPOINT_NOT_FOUND that shows no more than 200 characters of it', () => {
  const { status, body } = renderEndpointNotFound('GET', `/${'x'.repeat(5000)}`);
  expect(status).toBe(404);
  expect(body.error_code).toBe('ENDPOINT_NOT_FOUND');
  expect(body.message.length).toBeLessThan(250);
});
