import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { Digests } from '../operations/ports/digests.ts';

/** Digests by Node's OpenSSL. */
export const hostDigests: Digests = {
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
  sha256Bytes: (data) => createHash('sha256').update(data).digest('hex'),
  async sha256Stream(stream) {
    const hash = createHash('sha256');
    await pipeline(stream, hash);
    return hash.digest('hex');
  },
  sha256Running() {
    const hash = createHash('sha256');
    return { add: (text) => void hash.update(text), hex: () => hash.digest('hex') };
  },
};
