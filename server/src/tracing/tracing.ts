import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { RegistryError } from '../domain/errors.ts';
import type { RequestSpan, SpanEnd, TraceIds, Tracer } from '../operations/ports/tracer.ts';
import { withoutIdleJobs } from './idle-jobs.ts';
import { type SamplerSetting, samplerOf } from './sampler.ts';

export interface TracingOptions {
  /** Where OTLP is taken, `…/v1/traces` included. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sampler: SamplerSetting;
  /** Of the service, as OpenTelemetry names them. */
  readonly resource: Readonly<Record<string, string>>;
  /** How long spans wait to be sent together. */
  readonly delayMs?: number;
}

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is left. Rejects when the receiver does not take it. */
  close(): Promise<void>;
}

const KINDS = { internal: SpanKind.INTERNAL, job: SpanKind.INTERNAL, client: SpanKind.CLIENT } as const;

/**
 * Spans for an OTLP receiver. They are sent in the background; when it is away they are lost, and nothing waits for it. The
 * context is kept here and not in OpenTelemetry's globals, so that several servers of one test stay apart.
 */
export function openTracing({ url, headers, sampler, resource, delayMs = 5_000 }: TracingOptions): Tracing {
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers } });
  const batches = new BatchSpanProcessor({ exporter, scheduledDelayMillis: delayMs });
  const provider = new TracerProvider({
    sampler: samplerOf(sampler),
    resource: resourceFromAttributes({ ...resource }),
    spanProcessors: [withoutIdleJobs(batches)],
  });
  return {
    tracer: tracerOn(provider.getTracer('farmiq-model-registry')),
    close: () => provider.shutdown(),
  };
}

function tracerOn(otel: OtelTracer): Tracer {
  const contexts = new AsyncLocalStorage<Context>();
  const propagator = new W3CTraceContextPropagator();
  const here = () => contexts.getStore() ?? ROOT_CONTEXT;
  return {
    current() {
      const context = contexts.getStore();
      const span = context && trace.getSpan(context);
      return span === undefined ? null : idsOf(span);
    },
    beginRequest(name, { headers, attributes }) {
      const parent = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
      const span = otel.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
      return requestSpan(span, contexts, trace.setSpan(parent, span));
    },
    async span(name, { kind, attributes }, work) {
      const context = here();
      const span = otel.startSpan(name, { kind: KINDS[kind], attributes }, context);
      try {
        const result = await contexts.run(trace.setSpan(context, span), work);
        finish(span, { outcome: 'ok', isFailure: false });
        return result;
      } catch (error) {
        finish(span, failureOf(error));
        throw error;
      }
    },
    headers() {
      const carrier: Record<string, string> = {};
      propagator.inject(here(), carrier, defaultTextMapSetter);
      return carrier;
    },
  };
}

function requestSpan(span: Span, contexts: AsyncLocalStorage<Context>, context: Context): RequestSpan {
  return {
    ids: idsOf(span),
    within: (work) => contexts.run(context, work),
    end: (end) => finish(span, end),
  };
}

function idsOf(span: Span): TraceIds {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return { traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
}

/** OpenTelemetry: what a client did wrong is no error of the one that says so. */
function finish(span: Span, { outcome, isFailure, attributes = {} }: SpanEnd): void {
  span.setAttributes({ ...attributes, 'registry.outcome': outcome });
  if (isFailure) {
    span.setAttribute('error.type', outcome);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** A refusal by a rule of ours is an outcome; no message leaves, which may hold what users sent. */
function failureOf(error: unknown): SpanEnd {
  if (error instanceof RegistryError) {
    const isFailure = error.code === 'unavailable' || error.code === 'storage_full';
    return { outcome: error.code, isFailure };
  }
  return { outcome: error instanceof Error ? error.name : 'error', isFailure: true };
}
