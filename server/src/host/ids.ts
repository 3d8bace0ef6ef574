import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Ids } from '../operations/ports/ids.ts';

/** Identifiers from the operating system's source of randomness. */
export const randomIds: Ids = {
  hex32: () => randomUUID().replaceAll('-', ''),
  uuid: orderedUuids(Date.now),
  secret: () => randomBytes(32),
  randomInt: (below) => randomInt(below),
};

/** What fits in 12 bits. */
const COUNTS = 0x1000;

/**
 * UUIDs of version 7 (RFC 9562, section 6.2, method 1), each greater than the one before: what one process makes
 * within a millisecond has an order, too, and rows that belong together lie together in an index.
 */
export function orderedUuids(now: () => number): () => string {
  let ms = 0;
  let count = 0;
  return () => {
    const nowMs = now();
    if (nowMs > ms) {
      ms = nowMs;
      count = randomInt(COUNTS / 2);
    } else if (++count === COUNTS) {
      // The counter is full, or the clock went back: time goes on by itself.
      ms += 1;
      count = 0;
    }
    const time = ms.toString(16).padStart(12, '0');
    const counted = count.toString(16).padStart(3, '0');
    // Node keeps randomness in store for these, whose last part is made alike.
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counted}-${randomUUID().slice(19)}`;
  };
}
