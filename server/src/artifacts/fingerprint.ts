import type { BigIntStats } from 'node:fs';

/** Size and time of the last writing, which a rename keeps; see `WalkedFile`. */
export function fingerprintOf(stats: BigIntStats): string {
  return `${stats.size}-${stats.mtimeNs}`;
}
