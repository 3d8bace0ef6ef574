import { describe, expect, test } from 'vitest';
import { checkArtifactLocation } from './artifact-location.ts';

describe('artifact locations', () => {
  test.each([
    's3://bucket/prefix',
    's3://bucket/a//b',
    's3://bucket/x/',
    's3://bucket/x?q=1',
    's3://b/x;p',
    'gs://bucket/a/..../b',
    'dbfs:/x',
    'wasbs://container@account.blob.core.windows.net/x',
    'mlflow-artifacts:/1',
    'mlflow-artifacts:/team/vision',
    's3://bucket/dog%step%100',
  ])('%j is taken', (text) => {
    expect(() => checkArtifactLocation(text)).not.toThrow();
  });

  test.each([
    's3://b/x#frag',
    's3://b/x?a=../..',
    's3://b/x?a=%252e%252e/',
    'runs:/x',
    '/etc',
    'etc',
    '///etc',
    'C:\\x',
    'c:/x',
    'file:///etc',
    'FILE:/etc',
    'http://h/p?/../../../etc/',
    'http:///#/../../../etc/',
    'http://h;/../../../etc',
    'https://h/x',
    'ftp://h/x',
    'hdfs://h/x',
    's3://b/../x',
    's3://b/%2e%2e/x',
    's3://b/%25252e%25252e/x',
    's3://b/a;x=../y',
    's3://b/a%00b',
    's3://user:secret@b/x',
    'mlflow-artifacts://evil-host/x',
    'mlflow-artifacts:/1/../2',
    'javascript:alert(1)',
    'data:text/html,x',
    's3:x',
    `s3://b/${'x'.repeat(2_050)}`,
    's3://b/a\u202eb',
  ])('%j is refused', (text) => {
    expect(() => checkArtifactLocation(text)).toThrow(
      expect.objectContaining({ name: 'RegistryError', code: 'invalid_argument' }),
    );
  });
});
