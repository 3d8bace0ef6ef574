import type { IdempotencyReader, IdempotencyWriter } from '../operations/ports/idempotency.ts';
import type { StoreContext } from './context.ts';

export function idempotencyReader({ db }: StoreContext): IdempotencyReader {
  return {
    async find(id) {
      const row = await db
        .selectFrom('registry_idempotency_keys')
        .select(['body_sha256', 'status', 'content_type', 'answer', 'created_at_ms'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (row === undefined) return null;
      const { status, content_type: contentType, answer: body } = row;
      const known = status !== null && contentType !== null && body !== null;
      return {
        bodySha256: row.body_sha256,
        answer: known ? { status, contentType, body } : null,
        createdAtMs: Number(row.created_at_ms),
      };
    },
  };
}

export function idempotencyWriter(context: StoreContext): IdempotencyWriter {
  const { db } = context;
  return {
    ...idempotencyReader(context),
    async begin(id, { bodySha256, nowMs }) {
      const inserted = await db
        .insertInto('registry_idempotency_keys')
        .values({ id, body_sha256: bodySha256, created_at_ms: nowMs })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .execute();
      return inserted.length > 0;
    },
    async keep(id, { status, contentType, body }) {
      await db
        .updateTable('registry_idempotency_keys')
        .set({ status, content_type: contentType, answer: body })
        .where('id', '=', id)
        .execute();
    },
    async forget(id) {
      await db.deleteFrom('registry_idempotency_keys').where('id', '=', id).execute();
    },
    async sweep(beforeMs, limit) {
      const oldest = db
        .selectFrom('registry_idempotency_keys')
        .select('id')
        .where('created_at_ms', '<', beforeMs)
        .orderBy('created_at_ms')
        .limit(limit);
      await db.deleteFrom('registry_idempotency_keys').where('id', 'in', oldest).execute();
    },
  };
}
