import { completeSeal } from '../operations/seal.ts';
import type { Job } from './runner.ts';

const PER_TURN = 10;

/** Hashes the files of versions that were frozen before every hash was known (DESIGN section 5, Artifacts). */
export const sealVersions: Job = {
  name: 'seal-versions',
  async turn(deps) {
    const pending = await deps.store.read((reader) => reader.seals.listPending(PER_TURN));
    let sealed = 0;
    for (const version of pending) if (await completeSeal(deps, version)) sealed += 1;
    return { more: sealed === PER_TURN };
  },
};
