import type { IncomingHttpHeaders } from 'node:http';
import { invalidArgument } from '../../domain/errors.ts';

const BASE64_SHA256 = /^[A-Za-z0-9+/]{43}=$/;
const DICTIONARY_MEMBER = /^[ \t]*([a-z0-9*._-]{1,40})[ \t]*=[ \t]*:([A-Za-z0-9+/=]{0,200}):[ \t]*$/;
const HEADER_LIMIT = 2_000;

/**
 * The SHA-256 digests that a request says its body has, as lower-case hex: `Content-Digest: sha-256=:…:`
 * (RFC 9530; other algorithms are ignored) and `x-amz-checksum-sha256`.
 * @throws `invalid_argument` when one cannot be read.
 */
export function declaredSha256(headers: IncomingHttpHeaders): string[] {
  const digests: string[] = [];
  const contentDigest = headers['content-digest'];
  if (contentDigest !== undefined) digests.push(...fromContentDigest(String(contentDigest)));
  const amazon = headers['x-amz-checksum-sha256'];
  if (amazon !== undefined) digests.push(toHex(String(amazon), 'x-amz-checksum-sha256'));
  return digests;
}

function fromContentDigest(header: string): string[] {
  if (header.length > HEADER_LIMIT) throw malformed('Content-Digest');
  return header.split(',').flatMap((member) => {
    const [, algorithm, value] = DICTIONARY_MEMBER.exec(member) ?? [];
    if (algorithm === undefined || value === undefined) throw malformed('Content-Digest');
    return algorithm === 'sha-256' ? [toHex(value, 'Content-Digest')] : [];
  });
}

function toHex(base64: string, header: string): string {
  if (!BASE64_SHA256.test(base64)) throw malformed(header);
  return Buffer.from(base64, 'base64').toString('hex');
}

function malformed(header: string) {
  return invalidArgument(`The header ${header} does not hold a SHA-256 digest in base64.`, header);
}
