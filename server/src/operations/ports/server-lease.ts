export interface ServerLeaseReader {
  /** The servers whose lease has lapsed at the instant. */
  listLapsed(nowMs: number): Promise<string[]>;
}

export interface ServerLeaseWriter extends ServerLeaseReader {
  /** This server runs at least until then. */
  renew(serverId: string, untilMs: number): Promise<void>;
  remove(serverId: string): Promise<void>;
}
