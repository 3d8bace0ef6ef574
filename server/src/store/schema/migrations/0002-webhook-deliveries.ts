import type { Migration } from './migration.ts';

/** What waits to be sent to webhooks. Ids grow and are never given twice: they are part of what receivers see. */
export const webhookDeliveries: Migration = {
  number: 2,
  name: 'webhook-deliveries',
  up: (engine) => {
    const id =
      engine === 'postgres'
        ? 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY'
        : 'integer PRIMARY KEY AUTOINCREMENT';
    const text = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    return [
      `CREATE TABLE registry_webhook_deliveries (
        id ${id},
        workspace ${text},
        webhook_id ${text},
        entity text NOT NULL,
        action text NOT NULL,
        data text NOT NULL,
        occurred_at_ms bigint NOT NULL,
        due_at_ms bigint NOT NULL,
        lease_until_ms bigint NOT NULL,
        attempts integer NOT NULL,
        failed_at_ms bigint,
        reason text
      )`,
      `CREATE INDEX registry_webhook_deliveries_waiting ON registry_webhook_deliveries (webhook_id, id)
        WHERE failed_at_ms IS NULL`,
      `CREATE INDEX registry_webhook_deliveries_failed ON registry_webhook_deliveries (webhook_id, failed_at_ms)
        WHERE failed_at_ms IS NOT NULL`,
      `CREATE INDEX registry_webhook_deliveries_age ON registry_webhook_deliveries (occurred_at_ms)`,
    ];
  },
};
