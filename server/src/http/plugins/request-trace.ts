import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RequestSpan, SpanEnd, Tracer } from '../../operations/ports/tracer.ts';
import { isCut } from './request-telemetry.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null: requests are not traced. */
    span: RequestSpan | null;
    /** The code of the error that was answered. */
    failure: string | null;
  }
}

/** Gives every request its span, in which all that it does is done. Call before all other hooks. */
export function registerRequestTrace(app: FastifyInstance, tracer: Tracer | null): void {
  app.decorateRequest('span', null);
  app.decorateRequest('failure', null);
  if (tracer === null) return;
  app.addHook('onRequest', (request, reply, done) => {
    const span = beginSpan(tracer, request);
    request.span = span;
    // W3C Trace Context, level 2: who asks learns under which trace it was answered.
    const { traceId, spanId, isSampled } = span.ids;
    reply.header('traceresponse', `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`);
    reply.raw.once('close', () => span.end(endOf(request, reply)));
    span.within(done);
  });
  // A body comes with the connection's events, and the end with the answer's: outside of what the request began.
  app.addHook('preValidation', (request, _reply, done) => within(request, done));
  app.addHook('onResponse', (request, _reply, done) => within(request, done));
}

function within({ span }: FastifyRequest, work: () => void): void {
  if (span === null) work();
  else span.within(work);
}

/** OpenTelemetry's conventions for HTTP; the path itself is none of them, since it holds names. */
function beginSpan(tracer: Tracer, request: FastifyRequest): RequestSpan {
  const { method, headers, id } = request;
  const { url: route, config } = request.routeOptions;
  return tracer.beginRequest(route === undefined ? method : `${method} ${route}`, {
    headers,
    attributes: {
      'http.request.method': method,
      ...(route === undefined ? {} : { 'http.route': route }),
      'registry.operation': config.operation ?? 'unknown',
      'registry.request_id': id,
    },
  });
}

function endOf(request: FastifyRequest, { raw }: FastifyReply): SpanEnd {
  const { statusCode } = raw;
  const isFailure = statusCode >= 500 && statusCode !== 501;
  const outcome = isCut(raw)
    ? 'aborted'
    : (request.failure ?? (statusCode < 400 ? 'ok' : String(statusCode)));
  return { outcome, isFailure, attributes: { 'http.response.status_code': statusCode } };
}
