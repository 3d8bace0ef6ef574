/** `untilMs` is by the clock of the server that wrote it. */
interface ServerLease {
  readonly serverId: string;
  readonly untilMs: number;
}

export interface ServerLeaseReader {
  /** The leases of all servers that did not stop in order. */
  list(): Promise<ServerLease[]>;
}

export interface ServerLeaseWriter extends ServerLeaseReader {
  /** This server runs at least until then. */
  renew(serverId: string, untilMs: number): Promise<void>;
  remove(serverId: string): Promise<void>;
}
