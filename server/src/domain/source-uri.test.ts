import { describe, expect, test } from 'vitest';
import {
  checkPromptSource,
  checkRunLink,
  isLocalPathWithin,
  notContained,
  notInLocalFolder,
  parseProxiedUri,
  parseRunUri,
  parseVersionSource,
} from './source-uri.ts';

const RUN = '0123456789abcdef0123456789abcdef';
const NO_CLAIM = { runId: undefined, modelId: undefined };
const parse = (source: string, claim: { runId?: string; modelId?: string } = {}) =>
  parseVersionSource(source, { ...NO_CLAIM, ...claim });
const relative = (source: string): string =>
  `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.`;

describe('parseVersionSource reads', () => {
  test.each([
    ['models:/M/1', { by: 'version', version: 1 }],
    ['models:/M/2147483647', { by: 'version', version: 2_147_483_647 }],
    ['models:/M/production', { by: 'stage', stage: 'Production' }],
    ['models:/M/Latest', { by: 'latest' }],
    ['models:/M@champion', { by: 'alias', alias: 'champion' }],
    ['MODELS:/M@champion', { by: 'alias', alias: 'champion' }],
  ])('%s as a registered model', (source, selector) => {
    expect(parse(source)).toEqual({ kind: 'registered_model', name: 'M', selector });
  });

  test('names with @, spaces and percent signs as they are', () => {
    expect(parse('models:/a@b c%20/1')).toMatchObject({ name: 'a@b c%20', selector: { version: 1 } });
    expect(parse('models:/a@b@c')).toMatchObject({ name: 'a@b', selector: { alias: 'c' } });
  });

  test('models:/m-… as a logged model', () => {
    expect(parse('models:/m-0123')).toEqual({ kind: 'logged_model', modelId: 'm-0123' });
  });

  test.each([
    [`runs:/${RUN}/model`, 'model'],
    [`runs:/${RUN}/a//b/`, 'a/b'],
    [`runs:/${RUN}`, ''],
    [`runs:/${RUN}/`, ''],
    [`RUNS:///${RUN}/x`, 'x'],
  ])('%s as a place in a run', (source, path) => {
    expect(parse(source)).toEqual({ kind: 'run', runId: RUN, path });
  });

  test.each([
    [`mlflow-artifacts:/1/${RUN}/artifacts`, `1/${RUN}/artifacts`],
    ['mlflow-artifacts:/1/R/artifacts/', '1/R/artifacts'],
    ['mlflow-artifacts:///1//R', '1/R'],
    ['mlflow-artifacts:/1/my%20model', '1/my model'],
    ['mlflow-artifacts:/1/é%20', '1/é '],
    ['mlflow-artifacts:/1/dog%step%100%timestamp%100', '1/dog%step%100%timestamp%100'],
    ['MLFLOW-ARTIFACTS:/1/x', '1/x'],
  ])('%s as a path of ours', (source, path) => {
    expect(parse(source)).toMatchObject({ kind: 'proxied', path: { text: path } });
  });

  test.each([
    's3://bucket/a//b',
    's3://b//a//c',
    's3://b/a/',
    's3://b/a+b c',
    's3://b/..a/b..',
    's3://b/bin/x',
    's3:/b/c',
    'S3://b/x',
    'gs://b/o',
    'dbfs:/x',
    'sftp://h/etc/passwd',
    'sftp://user@h/p',
    'ftp://h/x',
    'hdfs://h/x',
    'viewfs:///x',
    'abfss://container@account.dfs.core.windows.net/p',
    'wasbs://c@a.blob.core.windows.net/p',
    'r2://bucket@account/p',
    'http://169.254.169.254/latest/meta-data',
    'http://127.0.0.1/x',
    'https://host/path///',
    'lakefs://repo/branch/path',
  ])('%s as a pointer', (source) => {
    expect(parse(source).kind).toBe('remote');
  });

  test.each(['/srv/mlruns/0/R/artifacts', 'file:///srv/mlruns', 'file:/srv', 'FILE:/srv', '/srv/a b/c?d#e'])(
    '%s as a local path',
    (source) => {
      expect(parse(source)).toEqual({ kind: 'local' });
    },
  );
});

describe('parseVersionSource refuses', () => {
  test.each([
    ...[
      's3://bucket',
      's3://bucket/',
      's3:b/c',
      's3://b/./a',
      's3://b/a/.',
      'mlflow-artifacts:/',
      'http://h',
    ],
    ...['mlflow-artifacts:/E/R/artifacts/../../OTHER', 'mlflow-artifacts:/E/R/..%2f..%2fOTHER'],
    ...[
      'mlflow-artifacts:/E/%252e%252e/R',
      'mlflow-artifacts:/E/%25252e%25252e/R',
      'mlflow-artifacts:/E/a%00',
    ],
    ...[
      'mlflow-artifacts:/E?x=1',
      'mlflow-artifacts:/E#x',
      'mlflow-artifacts:/E/a%23b',
      'mlflow-artifacts:/C:/x',
    ],
    ...[
      'http://h/p?/../../../etc/passwd',
      'http:///#/../../../etc/',
      'http://h;/../../../etc',
      'http://h/a\\b',
    ],
    ...[
      'dbfs:/R/artifacts/a%3f/../../..',
      's3://b/../x',
      'gs://b/o?x=../y',
      's3://b/a;x=../y',
      's3://b/a#../y',
    ],
    ...['s3://b/a\nb', 's3://b/a\u202eb', 's3://b/\ud800', 's3://b/a\0', `s3://b/%${'25'.repeat(30)}`],
    ...[
      'javascript:alert(1)',
      'javascript:/alert(1)',
      'data:text/html,x',
      'JavaScript://h/%0aalert(1)',
      'xy:z',
    ],
    ...['runs:/', 'runs:x/y'],
  ])('%j: it is not absolute or has relative references', (source) => {
    expect(() => parse(source)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: relative(source) }),
    );
  });

  test.each([
    ...[
      'etc',
      '//etc',
      '///etc',
      '//proc/self/root',
      '..',
      '/a/../b',
      '/a/%2e%2e/b',
      '/a/%252e%252e/b',
      '~/x',
    ],
    ...[
      'file:////etc',
      'file://./etc',
      'file://localhost/etc',
      'file://127.0.0.1/etc',
      'file:etc',
      'file:///a/../b',
    ],
    ...[
      'C:\\Windows',
      'C:/Windows',
      'c:x',
      '\\\\host\\share',
      'dummy-source',
      'databricks',
      ' s3://b/x',
      '/a\0b',
      '',
    ],
  ])('%j: it is no absolute path of a folder', (source) => {
    for (const [claim, parameter] of [
      [{ runId: RUN }, 'run_id'],
      [{ modelId: 'm-1' }, 'model_id'],
    ] as const)
      expect(() => parse(source, claim)).toThrow(
        `Invalid model version source: '${source}'. To use a local path as a model version source, the ${parameter} request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the ${parameter}.`,
      );
  });

  test('a file URI with a host', () => {
    expect(() => parse('file://host/etc')).toThrow('file://host/etc is not a valid remote uri.');
  });

  test.each([
    ['mlflow-artifacts://evil-host/1/x', /^'source' cannot use the 'mlflow-artifacts' scheme: /],
    [
      'models://host/M/1',
      /^Invalid model version source: '.*'\. Registered model sources must use the active/,
    ],
  ])('%s: it names another host', (source, message) => {
    expect(() => parse(source)).toThrow(message);
  });

  test.each([
    ...['models:/', 'models:M/1', 'models:/M/1/x', 'models:/M/', 'models:/M/1/', 'models:/M@', 'models:/@a'],
    ...[
      'models:/M/01',
      'models:/M/0',
      'models:/M/2147483648',
      `models:/M/${'9'.repeat(30)}`,
      'models:/M/1?x=2',
    ],
    ...["models:/m'1", 'models:/m%1'],
  ])('%s: it names no version', (source) => {
    expect(() => parse(source)).toThrow(
      `Invalid model version source: '${source}'. The model_id request parameter must identify the resource that contains the source.`,
    );
  });

  test.each(['models:/M/+1', 'models:/M/1.0', 'models:/M/-1', 'models:/M/\u0661', 'models:/M/Prod'])(
    '%s: it names no stage',
    (source) => {
      expect(() => parse(source)).toThrow('Invalid Model Version stage: ');
    },
  );

  test.each([`runs://${RUN}/x`, 'runs:/a b/x', `runs:/${RUN}/a?b`, `runs:/${RUN}/C:/x`, "runs:/'/x"])(
    '%s: it names no place in a run',
    (source) => {
      expect(() => parse(source)).toThrow('The run_id request parameter must identify the resource');
      expect(() => parse(source, { modelId: 'm-1' })).toThrow('The model_id request parameter');
    },
  );

  test.each([
    'http://h:5000/api/2.0/mlflow-artifacts/artifacts/1/R',
    'https://h/prefix/ajax-api/2.0//mlflow-artifacts/artifacts',
    'http://h/api/2.0/mlflow%2Dartifacts/artifacts/1',
  ])('%s: it goes around the check of the proxy', (source) => {
    expect(() => parse(source)).toThrow('request parameter must identify the resource');
  });

  test.each([
    ...[
      'http://user:pass@h/p',
      'https://token@h/p',
      'http://user%3Apass%40h/p',
      'http://@h/p',
      'sftp://u:p@h/p',
    ],
    ...['s3://key:secret@b/p', 'http://a@b@h/p'],
  ])('%s: it carries credentials', (source) => {
    expect(() => parse(source)).toThrow('It must not carry credentials');
  });

  test('a text that the column cannot hold', () => {
    expect(parse(`s3://b/${'x'.repeat(493)}`).kind).toBe('remote');
    expect(() => parse(`s3://b/${'x'.repeat(494)}`)).toThrow('exceeds the maximum length of 500 characters');
  });
});

describe('stored locations', () => {
  test('give the path of ours, or null', () => {
    expect(parseProxiedUri('mlflow-artifacts:/0/R/artifacts')?.text).toBe('0/R/artifacts');
    expect(parseProxiedUri('mlflow-artifacts:0')?.text).toBe('0');
    for (const other of [
      '',
      's3://b/x',
      '/srv/x',
      'mlflow-artifacts:/',
      'mlflow-artifacts://h/0',
      'mlflow-artifacts:/../x',
    ])
      expect(parseProxiedUri(other)).toBeNull();
  });

  test('give the run and its path, or null', () => {
    expect(parseRunUri(`runs:/${RUN}/a/b`)).toEqual({ kind: 'run', runId: RUN, path: 'a/b' });
    for (const other of ['', 's3://b/x', 'runs:/', `runs://h/${RUN}`, `runs:/${RUN}/../x`])
      expect(parseRunUri(other)).toBeNull();
  });

  test('contain local paths segment by segment', () => {
    expect(isLocalPathWithin('/srv/R/artifacts', '/srv/R/artifacts/model')).toBe(true);
    expect(isLocalPathWithin('file:///srv/R/artifacts', '/srv/./R//artifacts/')).toBe(true);
    expect(isLocalPathWithin('/srv/a%20b', 'file:///srv/a b/c')).toBe(true);
    for (const outside of [
      '/srv/R',
      '/srv/R/artifacts2',
      '/srv/R/artifacts/../x',
      'srv/R/artifacts',
      '//srv/R/artifacts/x',
    ])
      expect(isLocalPathWithin('/srv/R/artifacts', outside)).toBe(false);
    for (const folder of ['/', '', 'mlruns', 's3://b/x', 'mlflow-artifacts:/srv'])
      expect(isLocalPathWithin(folder, '/srv/x')).toBe(false);
  });
});

describe('the sentences of refusals', () => {
  test('name the parameter that was to contain the source', () => {
    expect(notContained({ source: 'runs:/run_id/model', ...NO_CLAIM }, 'run_id').message).toBe(
      "Invalid model version source: 'runs:/run_id/model'. The run_id request parameter must identify the resource that contains the source.",
    );
    expect(notInLocalFolder({ source: '/x', runId: undefined, modelId: 'm-1' }).message).toContain(
      'the model_id',
    );
  });
});

describe('checkPromptSource', () => {
  test('takes nothing but the placeholders of MLflow', () => {
    for (const source of ['dummy-source', 'prompt-template']) checkPromptSource(source);
    for (const source of ['/etc', 'file:///etc', 's3://b/x', 'Dummy-source', 'dummy-source ', ''])
      expect(() => checkPromptSource(source)).toThrow(
        `Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`,
      );
  });
});

describe('checkRunLink', () => {
  test.each([
    '',
    'https://h/#/experiments/1',
    'localhost:5000/path/to/run',
    'run 7',
    'databricks://p/x',
    'x@y.org',
  ])('%s is only a text or a link', (link) => checkRunLink(link));

  test.each([
    ...[
      'javascript:alert(1)',
      ' javascript:alert(1)',
      'JAVASCRIPT:x',
      'java\tscript:x',
      'javascript%3Aalert(1)',
    ],
    ...[
      'data:text/html,x',
      'vbscript:x',
      'blob:x',
      'view-source:https://h',
      'http://u:p@h/',
      'https://token@h/',
    ],
    ...['https://h/\u202egpj', 'https://h/\0', `https://h/${'x'.repeat(500)}`],
  ])('%j is refused', (link) => {
    expect(() => checkRunLink(link)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });
});
