import type { Config } from '../config/config.ts';
import { tracesUrl } from '../config/tracing-settings.ts';
import type { Tracer } from '../operations/ports/tracer.ts';
import type { Deps } from '../operations/ports.ts';
import { tracedEgress } from '../tracing/egress.ts';
import { tracedStore } from '../tracing/store.ts';
import { programVersion } from './program-version.ts';

const PARENT_BASED = 'parentbased_';

interface StartedTracing {
  /** Null: nothing is traced. */
  readonly tracer: Tracer | null;
  /** Sends what is left. */
  stop(): Promise<void>;
}

/** Traces, if the settings say where to; the libraries are loaded only then. */
export async function startTracing(config: Config, serverId: string): Promise<StartedTracing> {
  const url = tracesUrl(config);
  if (url === null) return { tracer: null, stop: async () => undefined };
  const { openTracing } = await import('../tracing/tracing.ts');
  const sampler = config.tracesSampler;
  const name = sampler.replace(PARENT_BASED, '') as 'always_on' | 'always_off' | 'traceidratio';
  const { tracer, close } = openTracing({
    url,
    headers: config.otlpHeaders ?? {},
    sampler: { name, isParentBased: sampler.startsWith(PARENT_BASED), share: config.tracesShare },
    resource: {
      'service.name': config.otelServiceName ?? config.datadogService,
      'service.version': config.datadogVersion ?? programVersion(),
      'service.instance.id': serverId,
      ...(config.datadogEnv === undefined ? {} : { 'deployment.environment.name': config.datadogEnv }),
      ...config.otelResource,
    },
  });
  return { tracer, stop: () => close().catch(() => undefined) };
}

/** What operations are given, with a span for each unit of work and each request to a webhook. */
export function tracedDeps(deps: Deps, tracer: Tracer, { database }: Config): Deps {
  const system = database.kind === 'postgres' ? 'postgresql' : 'sqlite';
  return {
    ...deps,
    store: tracedStore(deps.store, tracer, system),
    egress: tracedEgress(deps.egress, tracer),
  };
}

/** What a line of the log says of the trace that it is part of, also as Datadog wants it: the lower 64 bits, in decimal. */
export function traceFields(tracer: Tracer): Record<string, string> {
  const ids = tracer.current();
  if (ids === null) return {};
  const { traceId, spanId } = ids;
  return {
    trace_id: traceId,
    span_id: spanId,
    'dd.trace_id': BigInt(`0x${traceId.slice(16)}`).toString(),
    'dd.span_id': BigInt(`0x${spanId}`).toString(),
  };
}
