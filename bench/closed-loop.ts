import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';

/** What to send, n being the number of the call. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
}

export interface Result {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
}

/**
 * Closed loop: each of the connections sends its next request when it has the answer to the last. The first
 * fifth warms up and is not counted.
 */
export async function closedLoop(
  target: { name: string; origin: string; connections: number; calls: number },
  call: (n: number) => Call,
): Promise<Result> {
  const agent = new Agent({ keepAlive: true, maxSockets: target.connections });
  const warmUp = Math.floor(target.calls / 5);
  const latencies: number[] = [];
  let next = 0;
  let errors = 0;
  let countedFrom = 0;
  const worker = async () => {
    while (next < target.calls + warmUp) {
      const n = next++;
      if (n === warmUp) countedFrom = performance.now();
      const start = performance.now();
      const status = await send(agent, target.origin, call(n));
      if (n >= warmUp) latencies.push(performance.now() - start);
      if (status >= 400) errors += 1;
    }
  };
  await Promise.all(Array.from({ length: target.connections }, worker));
  const seconds = (performance.now() - countedFrom) / 1000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return {
    name: target.name,
    requestsPerSecond: latencies.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    errors,
  };
}

/** One request; resolves to the status when the body has been read. */
export function send(agent: Agent, origin: string, { method, path, body }: Call): Promise<number> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers =
    text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const sent = request(`${origin}${path}`, { agent, method, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(text);
  });
}
