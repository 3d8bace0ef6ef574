import { isIP } from 'node:net';
import type { Setting } from './settings.ts';
import { parsePort } from './values.ts';

function setting<T>(row: Setting<T>): Setting<T> {
  return row;
}

/** Where Datadog's agent listens. */
export type DogstatsdPlace =
  | { readonly kind: 'udp'; readonly host: string; readonly port: number }
  /** A socket of datagrams (`unix`), or of a stream in which each packet has its length before it. */
  | { readonly kind: 'unix' | 'unixstream'; readonly path: string };

/** Datadog: the port when none is given. */
const AGENT_PORT = 8125;
const HOST_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/;

function parseAgentHost(text: string): string {
  if (isIP(text) === 0 && !HOST_NAME.test(text)) throw new Error('not a host');
  return text;
}

function parseAgentPort(text: string): number {
  const port = parsePort(text);
  if (port === 0) throw new Error('nobody listens on 0');
  return port;
}

/** Datadog: `udp://host:port`, `unix://` or `unixgram://` and a path, `unixstream://` and a path. */
function parseDogstatsdUrl(text: string): DogstatsdPlace {
  const [, scheme, place = ''] = /^(udp|unix|unixgram|unixstream):\/\/(.+)$/.exec(text) ?? [];
  if (scheme === 'udp') {
    const url = new URL(`http://${place}`);
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '')
      throw new Error('more than host and port');
    const host = parseAgentHost(url.hostname.replace(/^\[(.*)\]$/, '$1'));
    return { kind: 'udp', host, port: url.port === '' ? AGENT_PORT : parseAgentPort(url.port) };
  }
  if (!place.startsWith('/') || place.includes('\0')) throw new Error('not an absolute path');
  return { kind: scheme === 'unixstream' ? 'unixstream' : 'unix', path: place };
}

/** Datadog: a tag's value is cut at 200 characters; we refuse what would be. */
function parseTag(text: string): string {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}_.:/-]{0,199}$/u.test(text)) throw new Error('not a tag');
  return text;
}

const A_TAG = 'letters, digits, `_`, `.`, `:`, `/` and `-`, 200 at most';

/** What Datadog's own variables say; the names are Datadog's. */
export const DATADOG_SETTINGS = {
  datadogHost: setting({
    names: ['DD_AGENT_HOST'],
    accepts: 'a host name or an IP address',
    meaning:
      "Where Datadog's agent takes metrics by UDP. Set: what /metrics says is sent there, too (docs/metrics.md).",
    parse: parseAgentHost,
  }),
  datadogPort: setting({
    names: ['DD_DOGSTATSD_PORT'],
    accepts: 'a port from 1 to 65535',
    meaning: `The port there, by default ${AGENT_PORT}. Alone, it means an agent on this machine.`,
    parse: parseAgentPort,
  }),
  datadogUrl: setting<DogstatsdPlace>({
    names: ['DD_DOGSTATSD_URL'],
    accepts: 'udp://<host>:<port>, unix://<path of a socket> or unixstream://<path>',
    meaning:
      'The same in one; it wins. `unix` and `unixgram` are sockets of datagrams and need the optional package node-unix-socket.',
    parse: parseDogstatsdUrl,
  }),
  datadogEnv: setting({
    names: ['DD_ENV'],
    accepts: A_TAG,
    meaning: 'The tag `env` of what goes to Datadog.',
    parse: parseTag,
  }),
  datadogService: setting({
    names: ['DD_SERVICE'],
    default: 'cloud-mlflow-registry',
    accepts: A_TAG,
    meaning: 'The tag `service`.',
    parse: parseTag,
  }),
  datadogVersion: setting({
    names: ['DD_VERSION'],
    accepts: A_TAG,
    meaning: "The tag `version`, by default the program's.",
    parse: parseTag,
  }),
} as const;

/** Where metrics are sent, as all settings together say; null: nowhere. */
export function dogstatsdPlace(config: {
  readonly datadogHost?: string | undefined;
  readonly datadogPort?: number | undefined;
  readonly datadogUrl?: DogstatsdPlace | undefined;
}): DogstatsdPlace | null {
  const { datadogHost, datadogPort, datadogUrl } = config;
  if (datadogUrl !== undefined) return datadogUrl;
  if (datadogHost === undefined && datadogPort === undefined) return null;
  return { kind: 'udp', host: datadogHost ?? '127.0.0.1', port: datadogPort ?? AGENT_PORT };
}
