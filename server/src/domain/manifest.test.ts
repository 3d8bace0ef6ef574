import { expect, test } from 'vitest';
import { canonicalManifest, sortManifest } from './manifest.ts';

const file = (path: string) => ({ path, sizeBytes: 1, sha256: 'aa' });

test('files are in the order of the UTF-8 bytes of their paths', () => {
  const paths = ['b', 'a/z', 'a', 'a-b', 'Z', '\u{1F414}', '\uFF0E', 'é'];
  const byBytes = paths.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(sortManifest(paths.map(file)).map((one) => one.path)).toEqual(byBytes);
});

test('the canonical text has its keys in order and no spaces', () => {
  expect(canonicalManifest([{ path: 'a "b"\u0001é', sizeBytes: 12, sha256: 'ff' }])).toBe(
    '[{"path":"a \\"b\\"\\u0001é","sha256":"ff","size_bytes":12}]',
  );
});

test('no files are an empty list', () => {
  expect(canonicalManifest([])).toBe('[]');
});
