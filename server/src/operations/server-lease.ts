import type { Deps } from './ports.ts';

/** How long the lease of a server may stand still before the server counts as gone. */
const LEASE_MS = 120_000;
/** What was seen before a longer pause than this says nothing: others may have been cut off just as we were. */
const LOOK_AGAIN_WITHIN_MS = 60_000;

/** What one server has seen of the leases of all. */
export interface LeaseWatch {
  lookedAtMs: number;
  seen: ReadonlyMap<string, Sight>;
}

/** Since when a lease has had this end. */
interface Sight {
  readonly untilMs: number;
  readonly sinceMs: number;
}

/** To be kept by whoever calls `sweepLapsedServers`. */
export function watchLeases(): LeaseWatch {
  return { lookedAtMs: Number.NEGATIVE_INFINITY, seen: new Map() };
}

/** Says that this server runs. To be repeated well within the lease. */
export async function renewLease(deps: Deps, serverId: string): Promise<void> {
  await deps.store.write((writer) => writer.serverLeases.renew(serverId, deps.clock.now() + LEASE_MS));
}

/** The last word of a server that stops in order: it leaves nothing to sweep. */
export async function endLease(deps: Deps, serverId: string): Promise<void> {
  await deps.store.write((writer) => writer.serverLeases.remove(serverId));
}

/**
 * Removes the half-done uploads of servers that are gone (DESIGN section 5, Artifacts): those whose lease was not
 * renewed while we watched. Ends of leases are never compared with our clock, since clocks differ; and nobody is
 * gone who could not renew because the database was away.
 */
export async function sweepLapsedServers(deps: Deps, watch: LeaseWatch): Promise<void> {
  const leases = await deps.store.read((reader) => reader.serverLeases.list());
  const nowMs = deps.clock.now();
  const before = nowMs - watch.lookedAtMs <= LOOK_AGAIN_WITHIN_MS ? watch.seen : new Map<string, Sight>();
  const seen = new Map<string, Sight>();
  for (const { serverId, untilMs } of leases) {
    const known = before.get(serverId);
    seen.set(serverId, known?.untilMs === untilMs ? known : { untilMs, sinceMs: nowMs });
  }
  watch.lookedAtMs = nowMs;
  watch.seen = seen;
  for (const [serverId, { sinceMs }] of seen) {
    if (nowMs - sinceMs < LEASE_MS) continue;
    await deps.artifacts.sweepServer(serverId);
    await deps.store.write((writer) => writer.serverLeases.remove(serverId));
  }
}
