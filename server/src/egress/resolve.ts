import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isPublicAddress } from '../domain/ip-address.ts';
import type { EgressRefusal } from '../operations/ports/egress.ts';

/** One address of a host. */
export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a host name, as the system knows them. Rejects as `dns.lookup` does. */
export type ResolveHost = (host: string) => Promise<readonly HostAddress[]>;

export const systemResolve: ResolveHost = (host) => lookup(host, { all: true });

/** MLflow: _HOSTNAME_RESOLUTION_TIMEOUT_SECONDS. */
const RESOLVE_MS = 5_000;

export interface ResolveOptions {
  readonly resolve: ResolveHost;
  /** Lets private addresses pass. */
  readonly allowPrivate: boolean;
}

/**
 * The addresses of the URL's host, each of them checked: one inner address among them refuses all. URLs are
 * normal already (`0x7f.1` and `①.0.0.1` have become `127.0.0.1`).
 */
export async function resolveChecked(
  url: URL,
  { resolve, allowPrivate }: ResolveOptions,
): Promise<readonly HostAddress[] | EgressRefusal> {
  const host = bareHost(url);
  const family = isIP(host);
  const found = family === 0 ? await withTimeout(resolve, host) : [{ address: host, family }];
  if ('kind' in found) return found;
  const inner = allowPrivate ? undefined : found.find(({ address }) => !isPublicAddress(address));
  if (inner !== undefined) return { kind: 'not_public', host, address: inner.address };
  return found;
}

/** Without the brackets of an IPv6 address. */
function bareHost(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
}

async function withTimeout(
  resolve: ResolveHost,
  host: string,
): Promise<readonly HostAddress[] | Extract<EgressRefusal, { kind: 'unresolved' }>> {
  const { promise: late, resolve: giveUp } = Promise.withResolvers<'late'>();
  const timer = setTimeout(giveUp, RESOLVE_MS, 'late');
  try {
    const found = await Promise.race([resolve(host), late]);
    if (found === 'late') return { kind: 'unresolved', host, cause: 'timeout' };
    return found.length > 0 ? found : { kind: 'unresolved', host, cause: 'unknown' };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return { kind: 'unresolved', host, cause: code === 'EAI_AGAIN' ? 'temporary' : 'unknown' };
  } finally {
    clearTimeout(timer);
  }
}
