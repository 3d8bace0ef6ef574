/** W3C Trace Context: 32 and 16 hexadecimal digits. */
export interface TraceIds {
  readonly traceId: string;
  readonly spanId: string;
  /** Whether anybody records it. */
  readonly isSampled: boolean;
}

/** Ids, fixed words and numbers; never what a user chose, but for the ids of requests. */
type SpanAttributes = Readonly<Record<string, string | number>>;

/** What is known when a span ends. */
export interface SpanEnd {
  /** `ok`, or what went wrong: the code of an error. */
  readonly outcome: string;
  /** It went wrong on our side. */
  readonly isFailure: boolean;
  readonly attributes?: SpanAttributes;
}

/** A request that is being answered. */
export interface RequestSpan {
  readonly ids: TraceIds;
  /** Runs work as a part of the request; all that it begins is one, too. */
  within<T>(work: () => T): T;
  end(end: SpanEnd): void;
}

/** Follows what is done on behalf of what, over all programs that take part. */
export interface Tracer {
  /** Of the span in which the caller runs; null outside of all. */
  current(): TraceIds | null;
  /** A request that came, perhaps as a part of somebody else's trace (its headers `traceparent`, `tracestate`). */
  beginRequest(
    name: string,
    request: {
      readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
      readonly attributes: SpanAttributes;
    },
  ): RequestSpan;
  /** Work of our own (`internal`), a turn of a job, or a call to another program (`client`), as a part of the caller's. */
  span<T>(
    name: string,
    about: { readonly kind: 'internal' | 'job' | 'client'; readonly attributes: SpanAttributes },
    work: () => Promise<T>,
  ): Promise<T>;
  /** What a request to another program is to carry. */
  headers(): Readonly<Record<string, string>>;
}
