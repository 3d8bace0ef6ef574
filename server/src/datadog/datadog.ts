import { StatsD } from 'hot-shots';
import type { Family } from '../operations/ports/telemetry.ts';
import { increments } from './increments.ts';
import { datagramsTo, packetsTo } from './unix-socket.ts';

/** Datadog: what fits into a packet of most networks, and what its agent reads from a socket at once. */
const UDP_PACKET_BYTES = 1_432;
const SOCKET_PACKET_BYTES = 8_192;

export interface DatadogOptions {
  readonly place:
    | { readonly kind: 'udp'; readonly host: string; readonly port: number }
    | { readonly kind: 'unix' | 'unixstream'; readonly path: string };
  /** On everything: Datadog's unified tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Sends figures to Datadog's agent, without waiting for it, and without a word when it is away. */
export interface Datadog {
  report(families: readonly Family[]): void;
  /** Sends what is buffered. */
  close(): Promise<void>;
}

/** @throws when `unix` is asked for and the optional package node-unix-socket is not installed. */
export async function openDatadog({ place, tags }: DatadogOptions): Promise<Datadog> {
  const client = new StatsD({
    ...(await transport(place)),
    globalTags: { ...tags },
    datadog: true,
    includeDatadogTelemetry: false,
    errorHandler: () => undefined,
  });
  const grown = increments();
  return {
    report(families) {
      for (const { type, name, value, tags: ofFigure } of grown(families)) {
        if (type === 'count') client.increment(name, value, [...ofFigure]);
        else client.gauge(name, value, [...ofFigure]);
      }
    },
    close: () => new Promise((resolve) => client.close(() => resolve())),
  };
}

async function transport(place: DatadogOptions['place']): Promise<ConstructorParameters<typeof StatsD>[0]> {
  if (place.kind === 'udp')
    return {
      protocol: 'udp',
      host: place.host,
      port: place.port,
      cacheDns: true,
      maxBufferSize: UDP_PACKET_BYTES,
    };
  const stream = place.kind === 'unix' ? await datagramsTo(place.path) : packetsTo(place.path);
  return { protocol: 'stream', stream, maxBufferSize: SOCKET_PACKET_BYTES };
}
