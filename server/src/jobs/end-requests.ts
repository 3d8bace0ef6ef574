import { endExpiredRequests } from '../operations/transition-request-expiry.ts';
import type { Job } from './runner.ts';

const PER_TURN = 50;

/** Ends the transition requests whose time has run out. */
export const endRequests: Job = {
  name: 'end-requests',
  async turn(deps) {
    return { more: (await endExpiredRequests(deps, PER_TURN)) === PER_TURN };
  },
};
