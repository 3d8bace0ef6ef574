import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { closedLoop } from './closed-loop.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import type { Seeded } from './seed.ts';
import { type Place, type ServerProcess, startRegistry } from './server-process.ts';

const CONNECTIONS = 16;
const ROUNDS = 3;
const ROWS = ['get by alias', 'log-metric'];
const SCRAPE_MS = 5_000;

/**
 * What it costs to be watched, by turns: the log and counting in memory alone; with a scrape every five seconds and Datadog; and
 * with every request traced besides.
 */
export async function observed(target: { place: Place; seeded: Seeded; seconds: number }): Promise<void> {
  const { place, seeded, seconds } = target;
  const agent = createSocket('udp4').bind(0, '127.0.0.1');
  await once(agent, 'listening');
  const receiver = createServer((request, response) => {
    request.resume();
    request.once('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const datadog = { DD_AGENT_HOST: '127.0.0.1', DD_DOGSTATSD_PORT: String(agent.address().port) };
  const traces = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
  };
  const watched = [
    { name: 'counting only', settings: { LOG_LEVEL: 'ERROR' }, isScraped: false },
    { name: 'log', settings: {}, isScraped: false },
    { name: 'log, /metrics, Datadog', settings: datadog, isScraped: true },
    { name: 'log, /metrics, Datadog, all traced', settings: { ...datadog, ...traces }, isScraped: true },
  ];
  try {
    for (const scenario of scenarios(seeded).filter(({ name }) => ROWS.includes(name))) {
      const costs = watched.map((): Cost[] => []);
      for (let round = 0; round < ROUNDS; round += 1)
        for (const [i, { settings, isScraped }] of watched.entries())
          costs[i]?.push(await measure(place, { settings, isScraped, scenario, seconds }));
      const [first] = costs.map(middle);
      for (const [i, { name }] of watched.entries()) {
        const cost = middle(costs[i] ?? []);
        const times = (cost.cpuUs / (first?.cpuUs ?? cost.cpuUs)).toFixed(2);
        console.log(
          `${scenario.name.padEnd(14)} ${name.padEnd(36)} ${cost.rate.toFixed(0).padStart(7)}/s ${cost.cpuUs.toFixed(0).padStart(5)} cpu us  ${times} x`,
        );
      }
    }
  } finally {
    agent.close();
    receiver.closeAllConnections();
    receiver.close();
  }
}

interface Cost {
  readonly rate: number;
  readonly cpuUs: number;
}

interface Watched {
  readonly settings: Readonly<Record<string, string>>;
  readonly isScraped: boolean;
  readonly scenario: Scenario;
  readonly seconds: number;
}

async function measure(place: Place, { settings, isScraped, scenario, seconds }: Watched): Promise<Cost> {
  const server = await startRegistry(place, settings);
  const over = new AbortController();
  const scraping = isScraped ? scrape(server, over.signal) : Promise.resolve();
  try {
    const load = { origin: server.origin, connections: CONNECTIONS, request: scenario.request };
    await closedLoop({ ...load, seconds: 1 });
    const before = server.cpuMs();
    const measured = await closedLoop({ ...load, seconds });
    if (measured.errors > 0) throw new Error(`${measured.errors} requests were refused`);
    const cpuUs = ((server.cpuMs() - before) * 1_000) / measured.requests;
    return { rate: measured.requests / measured.seconds, cpuUs };
  } finally {
    over.abort();
    await scraping;
    await server.stop();
  }
}

async function scrape({ origin }: ServerProcess, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await (await fetch(`${origin}/metrics`)).text();
    await delay(SCRAPE_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The run whose CPU time is in the middle. */
function middle(costs: readonly Cost[]): Cost {
  const sorted = costs.toSorted((a, b) => a.cpuUs - b.cpuUs);
  return sorted[Math.floor(sorted.length / 2)] ?? { rate: 0, cpuUs: 0 };
}
