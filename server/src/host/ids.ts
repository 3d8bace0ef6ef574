import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Ids } from '../operations/ports/ids.ts';

/** Identifiers from the operating system's source of randomness. */
export const randomIds: Ids = {
  hex32: () => randomUUID().replaceAll('-', ''),
  uuid: () => randomUUID(),
  secret: () => randomBytes(32),
  randomInt: (below) => randomInt(below),
};
