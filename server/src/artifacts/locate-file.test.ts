import { describe, expect, test } from 'vitest';
import { locateFile } from './locate-file.ts';

const ROOTS = ['/srv/art', '/data/art'];
const locate = (uri: string) => locateFile(ROOTS, uri)?.text ?? null;

describe('what lies in the artifact folder', () => {
  test.each([
    ['mlflow-artifacts:/1/R/artifacts', '1/R/artifacts'],
    ['/srv/art/1/R/artifacts', '1/R/artifacts'],
    ['/data/art/1/R/artifacts/', '1/R/artifacts'],
    ['file:///srv/art/1/a%20b', '1/a b'],
    ['FILE:/srv/art/1/x', '1/x'],
    ['/srv/art/1/dog%step', '1/dog%step'],
  ])('%s is found', (uri, path) => {
    expect(locate(uri)).toBe(path);
  });

  test.each([
    [
      '/srv/art',
      '/srv/art/',
      '/srv/artifacts/1',
      '/srv/art2/1',
      '/etc/passwd',
      'srv/art/1',
      './srv/art/1',
      '',
    ],
    [
      '/srv/art/../secret',
      '/srv/art/1/../../x',
      '/srv/art/./1',
      '/srv/art//1',
      '/srv/art/1//',
      '//srv/art/1',
    ],
    ['file:////srv/art/1', 'file://localhost/srv/art/1', 'file://host/srv/art/1', 'file:srv/art/1'],
    [
      'file:///srv/art/1?x',
      'file:///srv/art/1#x',
      'file:///srv/art/%2e%2e/x',
      'file:///srv/art/1%2f..%2f..%2fx',
    ],
    ['file:///srv/art/%252e%252e/x', 'file:///srv/art/1%', '/srv/art/.registry-tmp/x', '/srv/art/1\\x'],
    [
      '/srv/art/1\u0000',
      '/srv/art/a#b',
      's3://b/1',
      'http://h/srv/art/1',
      'runs:/R/x',
      '/srv/art/cafe\u0301',
    ],
  ])('%s and the like are not', (...uris) => {
    expect(uris.map(locate).filter((path) => path !== null)).toEqual([]);
  });
});
