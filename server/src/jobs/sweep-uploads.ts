import { sweepClientUploads } from '../operations/client-upload.ts';
import type { Job } from './runner.ts';

const PER_TURN = 20;

/** Gives up the uploads in parts that clients began and left. */
export const sweepUploads: Job = {
  name: 'sweep-uploads',
  async turn(deps) {
    return { more: (await sweepClientUploads(deps, PER_TURN)) === PER_TURN };
  },
};
