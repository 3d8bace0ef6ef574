import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { JOB, WRITES } from './attributes.ts';

/** A turn that does more than this is told as it goes. */
const MOST_KEPT = 200;

interface Turn {
  readonly spans: ReadableSpan[];
  isWorth: boolean;
}

/**
 * Jobs look for work every few seconds. A turn that found none, and changed nothing, is not told: its spans are kept back
 * until its end.
 */
export function withoutIdleJobs(next: SpanProcessor): SpanProcessor {
  const turns = new Map<string, Turn>();
  const tell = (turn: Turn) => {
    turn.isWorth = true;
    for (const span of turn.spans.splice(0)) next.onEnd(span);
  };
  return {
    onStart(span, context) {
      if (JOB in span.attributes && isSampled(span.spanContext()) && turns.size < MOST_KEPT)
        turns.set(span.spanContext().traceId, { spans: [], isWorth: false });
      next.onStart(span, context);
    },
    onEnd(span) {
      const { traceId } = span.spanContext();
      const turn = turns.get(traceId);
      if (turn === undefined) return next.onEnd(span);
      turn.spans.push(span);
      const isWorth = WRITES in span.attributes || span.attributes['error.type'] !== undefined;
      if (turn.isWorth || isWorth || turn.spans.length > MOST_KEPT) tell(turn);
      if (JOB in span.attributes) turns.delete(traceId);
    },
    forceFlush: () => next.forceFlush(),
    shutdown: () => next.shutdown(),
  };
}

function isSampled({ traceFlags }: SpanContext): boolean {
  return (traceFlags & TraceFlags.SAMPLED) !== 0;
}
