import type { Announcement } from '../domain/webhook-payload.ts';
import type { Deps, Writer } from './ports.ts';

/**
 * Notes for every webhook that listens what the caller's unit of work changes; it is sent after the commit
 * (`jobs/deliver-webhooks.ts`). One statement.
 */
export async function announce(deps: Deps, writer: Writer, announcement: Announcement): Promise<void> {
  await writer.webhookDeliveries.add(announcement, deps.clock.now());
}
