import { performance } from 'node:perf_hooks';
import { openConnection } from './connection.ts';

/** What a server did in some seconds. Latencies in ms, ascending. */
export interface Measured {
  readonly requests: number;
  readonly seconds: number;
  readonly errors: number;
  readonly latenciesMs: readonly number[];
}

export interface Load {
  readonly origin: string;
  readonly connections: number;
  readonly seconds: number;
  /** The bytes of the nth request. */
  readonly request: (n: number) => Buffer;
}

let sent = 0;

/** Closed loop: each connection sends its next request when it has the answer to the last one. */
export async function closedLoop({ origin, connections, seconds, request }: Load): Promise<Measured> {
  const latenciesMs: number[] = [];
  let errors = 0;
  const from = performance.now();
  const until = from + seconds * 1000;
  const worker = async () => {
    const connection = await openConnection(origin);
    try {
      for (let at = performance.now(); at < until; ) {
        const status = await connection.send(request(sent++));
        const now = performance.now();
        latenciesMs.push(now - at);
        if (status >= 400) errors += 1;
        at = now;
      }
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const took = (performance.now() - from) / 1000;
  return { requests: latenciesMs.length, seconds: took, errors, latenciesMs };
}

/** Several measurements of one thing as one. */
export function together(parts: readonly Measured[]): Measured {
  const sum = (of: (part: Measured) => number) => parts.reduce((total, part) => total + of(part), 0);
  return {
    requests: sum((part) => part.requests),
    seconds: sum((part) => part.seconds),
    errors: sum((part) => part.errors),
    latenciesMs: parts.flatMap((part) => part.latenciesMs).sort((a, b) => a - b),
  };
}

/** The latency that `share` of the requests did not exceed. `together` has sorted them. */
export function percentile({ latenciesMs }: Measured, share: number): number {
  return latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * share))] ?? 0;
}
