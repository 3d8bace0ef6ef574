/** How much of one kind waits, counted up to `MOST_COUNTED`; `oldestMs`: since when, null when nothing does. */
export interface Waiting {
  readonly count: number;
  readonly oldestMs: number | null;
}

/** A longer queue is not counted further: that would cost the more, the worse it is. */
export const MOST_COUNTED = 10_000;

/** What waits for jobs and for people. */
export interface Backlog {
  /** Versions whose files are not hashed yet. */
  readonly seals: Waiting;
  /** Announcements to webhooks; `oldestMs`: when it was announced. */
  readonly deliveries: Waiting;
  /** When the first announcement that waits was, or is, to be sent; null when none waits. */
  readonly deliveryDueMs: number | null;
  /** Announcements that were given up and are still kept. */
  readonly deliveriesFailed: number;
  /** Audit events without a place in the log. */
  readonly auditEvents: Waiting;
  /** Open transition requests. */
  readonly requests: Waiting;
  /** Bytes that the newest retention plan would purge; 0 when there is no plan. */
  readonly purgeableBytes: number;
  /** Bytes of versions that are marked to be purged, of `MOST_COUNTED` of them at most. */
  readonly markedBytes: number;
}

export interface BacklogReader {
  /** One statement, however much waits. */
  measure(): Promise<Backlog>;
}
