import { renewLease, sweepLapsedServers, watchLeases } from '../operations/server-lease.ts';
import type { Job } from './runner.ts';

/** Says that this server runs, and cleans up after those that run no more. */
export function holdLease(serverId: string): Job {
  const watch = watchLeases();
  return {
    name: 'hold-lease',
    async turn(deps) {
      await renewLease(deps, serverId);
      await sweepLapsedServers(deps, watch);
      return { more: false };
    },
  };
}
