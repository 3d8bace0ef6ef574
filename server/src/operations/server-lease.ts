import type { Deps } from './ports.ts';

/** How long a server counts as running after it was last heard of. */
const LEASE_MS = 120_000;

/** Says that this server runs. To be repeated well within the lease. */
export async function renewLease(deps: Deps, serverId: string): Promise<void> {
  await deps.store.write((writer) => writer.serverLeases.renew(serverId, deps.clock.now() + LEASE_MS));
}

/** The last word of a server that stops in order: it leaves nothing to sweep. */
export async function endLease(deps: Deps, serverId: string): Promise<void> {
  await deps.store.write((writer) => writer.serverLeases.remove(serverId));
}

/** Removes the half-done uploads of servers that are gone (DESIGN section 5, Artifacts). */
export async function sweepLapsedServers(deps: Deps): Promise<void> {
  const lapsed = await deps.store.read((reader) => reader.serverLeases.listLapsed(deps.clock.now()));
  for (const serverId of lapsed) {
    await deps.artifacts.sweepServer(serverId);
    await deps.store.write((writer) => writer.serverLeases.remove(serverId));
  }
}
