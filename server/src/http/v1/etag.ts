import type { Digests } from '../../operations/ports/digests.ts';

/** The entity tag of a body (RFC 9110 section 8.8.3). */
export function entityTag(digests: Digests, body: string): string {
  return `"${digests.sha256(body).slice(0, 32)}"`;
}

/** Whether If-None-Match names the tag: `*`, or a list whose weak marks do not count (section 13.1.2). */
export function isNotModified(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === tag);
}
