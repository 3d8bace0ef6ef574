import type { FastifyReply } from 'fastify';

/**
 * Seconds after which to ask again, for whatever is not available. MLflow's clients ask seven times more and wait so
 * long before each: together a little over a minute, which a restart of a database fits in.
 */
const RETRY_AFTER_SECONDS = 10;

/** Adds `Retry-After` to an answer that is 503. */
export function setRetryAfter(reply: FastifyReply, status: number): void {
  if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
}
