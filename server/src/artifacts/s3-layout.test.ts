import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseArtifactPath } from '../domain/artifact-path.ts';
import { createS3Layout, locateInS3, meaningOf, objectKey } from './s3-layout.ts';

const layout = createS3Layout({ bucket: 'farm', prefix: 'ml/art', serverId: 'one' });
const whole = createS3Layout({ bucket: 'farm', prefix: '', serverId: 'one' });
const locate = (uri: string) => locateInS3(layout, uri)?.text ?? null;

describe('what lies below the prefix', () => {
  test.each([
    ['mlflow-artifacts:/1/R/artifacts', '1/R/artifacts'],
    ['s3://farm/ml/art/1/R/artifacts', '1/R/artifacts'],
    ['S3://farm/ml/art/1/R/artifacts/', '1/R/artifacts'],
    ['s3://farm/ml/art/1/a%20b', '1/a%20b'],
    ['s3://farm/ml/art/a;x=y', 'a;x=y'],
  ])('%s is found', (uri, path) => {
    expect(locate(uri)).toBe(path);
  });

  test.each([
    [
      's3://farm/ml/art',
      's3://farm/ml/art/',
      's3://farm/ml/artifacts/1',
      's3://farm/ml/art2/1',
      's3://farm/1',
    ],
    [
      's3://other/ml/art/1',
      's3://FARM/ml/art/1',
      's3://farm.evil/ml/art/1',
      's3://farm',
      's3:/farm/ml/art/1',
    ],
    ['s3://u@farm/ml/art/1', 's3://farm//ml/art/1', 's3://farm/ml//art/1', 's3a://farm/ml/art/1'],
    ['s3://farm/ml/art/../x', 's3://farm/ml/art/1/../../x', 's3://farm/ml/art/./1', 's3://farm/ml/art/1//2'],
    [
      's3://farm/ml/art/%2e%2e/x',
      's3://farm/ml/art/1?x=../y',
      's3://farm/ml/art/1#x',
      's3://farm/ml/art/1\n',
    ],
    ['s3://farm/ml/art/.registry-tmp/x', '/ml/art/1', 'file:///ml/art/1', 'gs://farm/ml/art/1', ''],
  ])('%s and the like are not', (...uris) => {
    expect(uris.map(locate).filter((path) => path !== null)).toEqual([]);
  });

  test('without a prefix it is the whole bucket', () => {
    expect(locateInS3(whole, 's3://farm/1/R')?.text).toBe('1/R');
    expect(locateInS3(whole, 's3://farm/')).toBeNull();
  });
});

test('every path has one key, whose meaning is the path; the URI of the key leads to the path', () => {
  const segment = fc.stringMatching(/^[A-Za-z0-9 ._%é~-]{1,12}$/);
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
      let path: ReturnType<typeof parseArtifactPath>;
      try {
        path = parseArtifactPath(segments.join('/'));
      } catch {
        return;
      }
      const key = objectKey(layout, path);
      expect(key).toBe(`ml/art/${path.text}`);
      expect(meaningOf(layout, key, 1)).toEqual({ kind: 'file', path });
      expect(locateInS3(layout, `s3://farm/${key}`)).toEqual(path);
    }),
  );
});

test("no key beside the prefix means anything, and our own objects are not the users'", () => {
  const kinds = ['1/x', 'ml/artx', 'ml/art', 'ml/art/.registry-tmp/one/x', 'ml/art/1/x/', 'ml/art/'].map(
    (key) => meaningOf(layout, key, 0).kind,
  );
  expect(kinds).toEqual(['other', 'other', 'other', 'own', 'marker', 'marker']);
  expect(meaningOf(layout, 'ml/art/1/x/', 1).kind).toBe('other');
});
