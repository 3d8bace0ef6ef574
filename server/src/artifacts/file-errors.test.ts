import { expect, test } from 'vitest';
import { parseArtifactPath } from '../domain/artifact-path.ts';
import { readFailure, storeFailure, writeFailure } from './file-errors.ts';

const PATH = parseArtifactPath('1/secret');
const failed = (code: string) =>
  Object.assign(new Error(`${code}: something, open '/srv/registry/1/secret'`), { code });

test.each([
  ['ENOSPC', 'storage_full', 'The artifact store has no room left.'],
  ['EDQUOT', 'storage_full', 'The artifact store has no room left.'],
  ['EFBIG', 'storage_full', 'The artifact store takes no file so large.'],
  ['EROFS', 'unavailable', 'The artifact store refuses this server.'],
  ['EACCES', 'unavailable', 'The artifact store refuses this server.'],
  ['EIO', 'unavailable', 'The artifact store does not answer.'],
  ['EMFILE', 'unavailable', 'The artifact store does not answer.'],
  ['ESTALE', 'unavailable', 'The artifact store does not answer.'],
])('%s is %s whatever was being done, and never shows the path of the system', (code, expected, message) => {
  for (const failure of [
    readFailure(failed(code), PATH),
    writeFailure(failed(code), PATH),
    storeFailure(failed(code)),
  ])
    expect(failure).toMatchObject({ code: expected, message });
});

test('what is absent or in the way is said of the path, and a bug stays a bug', () => {
  expect(readFailure(failed('ENOENT'), PATH)).toMatchObject({ code: 'artifact_not_found' });
  expect(writeFailure(failed('EISDIR'), PATH)).toMatchObject({ code: 'artifact_path_conflict' });
  const bug = new TypeError('x is undefined');
  expect([readFailure(bug, PATH), writeFailure(bug, PATH)]).toEqual([bug, bug]);
});
