import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { declaredSha256 } from './declared-digest.ts';

const digest = createHash('sha256').update('x').digest();
const base64 = digest.toString('base64');

test('both headers are read, other algorithms are left out', () => {
  expect(declaredSha256({})).toEqual([]);
  expect(declaredSha256({ 'content-digest': `sha-256=:${base64}:` })).toEqual([digest.toString('hex')]);
  expect(declaredSha256({ 'content-digest': `sha-512=:AAAA:, sha-256=:${base64}:` })).toHaveLength(1);
  expect(declaredSha256({ 'content-digest': 'md5=:AAAA:' })).toEqual([]);
  expect(
    declaredSha256({ 'x-amz-checksum-sha256': base64, 'content-digest': `sha-256=:${base64}:` }),
  ).toHaveLength(2);
});

test.each([
  { 'content-digest': 'nonsense' },
  { 'content-digest': '' },
  { 'content-digest': `sha-256=${base64}` },
  { 'content-digest': 'sha-256=:AAAA:' },
  { 'content-digest': `sha-256=:${base64}:,${' '.repeat(100_000)}` },
  { 'x-amz-checksum-sha256': 'zz' },
  { 'x-amz-checksum-sha256': digest.toString('hex') },
])('a digest that cannot be read is refused, never ignored: %j', (headers) => {
  expect(() => declaredSha256(headers)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
});
