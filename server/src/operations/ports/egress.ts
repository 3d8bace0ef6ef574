/**
 * The one door through which the server connects to an address that a user named (DESIGN section 7, rule 7).
 * Only allowed schemes and public addresses; a host is resolved once, all its addresses are checked, and the
 * connection goes to one of them; redirects are not followed; TLS is verified; time and answer are bounded.
 */
export interface Egress {
  /** Whether the host of the URL may be connected to now; null: it may. */
  check(url: URL): Promise<EgressRefusal | null>;
  /** Sends one POST request. Never throws. */
  post(request: EgressRequest): Promise<EgressOutcome>;
}

export interface EgressRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For all of it: resolving, connecting, and reading the answer. */
  readonly deadlineMs: number;
  /** How many bytes of the answer's body are given back; the rest is dropped. */
  readonly keepBytes: number;
  /** Gives up when aborted. */
  readonly signal?: AbortSignal;
}

/** Why nothing was sent. Each names the host as it was looked up. */
export type EgressRefusal =
  | { readonly kind: 'not_public'; readonly host: string; readonly address: string }
  | {
      readonly kind: 'unresolved';
      readonly host: string;
      readonly cause: 'unknown' | 'temporary' | 'timeout';
    };

export type EgressOutcome =
  | EgressRefusal
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The header, as it came. */
      readonly retryAfter: string | null;
      /** Its beginning, as far as it was to be kept. */
      readonly body: string;
    }
  /** No answer; `reason` is a few words without addresses. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'aborted' };
