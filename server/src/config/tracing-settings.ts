import type { Setting } from './settings.ts';
import { parseFlag, parseOneOf } from './values.ts';

function setting<T>(row: Setting<T>): Setting<T> {
  return row;
}

function parseEndpoint(text: string): string {
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error('not a scheme');
  if (url.search !== '' || url.hash !== '' || url.username !== '') throw new Error('more than an address');
  return text.endsWith('/') ? text.slice(0, -1) : text;
}

/** OpenTelemetry: pairs as in W3C Baggage, percent-encoded. */
function parsePairs(text: string): Readonly<Record<string, string>> {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair): [string, string] => {
      const at = pair.indexOf('=');
      const key = decodeURIComponent(pair.slice(0, at).trim());
      if (at < 1 || !/^[A-Za-z0-9_.-]{1,255}$/.test(key)) throw new Error('not a pair');
      return [key, decodeURIComponent(pair.slice(at + 1).trim())];
    });
  return Object.fromEntries(pairs);
}

function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() === '' || !(share >= 0 && share <= 1)) throw new Error('out of range');
  return share;
}

function parseName(text: string): string {
  if (text.length > 255 || /\p{Cc}/u.test(text)) throw new Error('not a name');
  return text;
}

const PROTOCOL = setting({
  names: ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'],
  default: 'http/protobuf',
  accepts: 'http/protobuf',
  meaning: 'How spans are sent; there is one way.',
  parse: parseOneOf(['http/protobuf']),
});

/** OpenTelemetry's own variables, of those that the program reads itself. */
export const TRACING_SETTINGS = {
  tracesOff: setting({
    names: ['OTEL_SDK_DISABLED'],
    default: 'false',
    accepts: 'true or false',
    meaning: 'true: nothing is traced, whatever else is set.',
    parse: parseFlag,
  }),
  tracesExporter: setting({
    names: ['OTEL_TRACES_EXPORTER'],
    default: 'otlp',
    accepts: 'otlp or none',
    meaning: 'none: nothing is traced.',
    parse: parseOneOf(['otlp', 'none']),
  }),
  otlpTracesEndpoint: setting({
    names: ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
    accepts: 'an http:// or https:// URL without user, query or fragment',
    meaning:
      'Where spans are sent, the whole address. Set, it or the next: requests are traced (docs/tracing.md).',
    parse: parseEndpoint,
  }),
  otlpEndpoint: setting({
    names: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    accepts: 'an http:// or https:// URL without user, query or fragment',
    meaning: 'The same without /v1/traces at its end, such as http://localhost:4318.',
    parse: parseEndpoint,
  }),
  otlpProtocol: PROTOCOL,
  otlpHeaders: setting({
    names: ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'],
    accepts: 'pairs such as api-key=secret, separated by commas, percent-encoded',
    meaning: 'Sent with the spans.',
    secret: true,
    parse: parsePairs,
  }),
  tracesSampler: setting({
    names: ['OTEL_TRACES_SAMPLER'],
    default: 'parentbased_always_on',
    accepts:
      'always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio',
    meaning: "Which requests are traced. `parentbased`: those that are part of somebody's trace as that is.",
    parse: parseOneOf([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ]),
  }),
  tracesShare: setting({
    names: ['OTEL_TRACES_SAMPLER_ARG'],
    default: '1',
    accepts: 'a number from 0 to 1',
    meaning: 'The share that `traceidratio` traces.',
    parse: parseShare,
  }),
  otelServiceName: setting({
    names: ['OTEL_SERVICE_NAME'],
    accepts: 'a text of 255 characters at most',
    meaning: 'The service of the spans, by default what DD_SERVICE says.',
    parse: parseName,
  }),
  otelResource: setting({
    names: ['OTEL_RESOURCE_ATTRIBUTES'],
    accepts: 'pairs such as deployment.environment.name=barn, separated by commas, percent-encoded',
    meaning: 'More about the service, on all spans.',
    parse: parsePairs,
  }),
} as const;

/** Where spans go, as all settings together say; null: nowhere. */
export function tracesUrl(config: {
  readonly tracesOff: boolean;
  readonly tracesExporter: 'otlp' | 'none';
  readonly otlpTracesEndpoint?: string | undefined;
  readonly otlpEndpoint?: string | undefined;
}): string | null {
  if (config.tracesOff || config.tracesExporter === 'none') return null;
  if (config.otlpTracesEndpoint !== undefined) return config.otlpTracesEndpoint;
  return config.otlpEndpoint === undefined ? null : `${config.otlpEndpoint}/v1/traces`;
}
