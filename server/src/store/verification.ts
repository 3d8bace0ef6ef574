import type { VerificationReader, VerificationWriter } from '../operations/ports/verification.ts';
import type { StoreContext } from './context.ts';

export function verificationReader({ db }: StoreContext): VerificationReader {
  return {
    async find(modelId, version) {
      const row = await db
        .selectFrom('registry_verifications')
        .select(['verified_at_ms', 'damage'])
        .where('model_id', '=', modelId)
        .where('version', '=', version)
        .executeTakeFirst();
      return row === undefined ? null : { verifiedAtMs: Number(row.verified_at_ms), damage: row.damage };
    },
    async findDue({ verifiedBefore, begunBefore }) {
      const row = await db
        .selectFrom('registry_verifications as f')
        .innerJoin('registry_versions as v', (join) =>
          join.onRef('v.model_id', '=', 'f.model_id').onRef('v.version', '=', 'f.version'),
        )
        .innerJoin('registry_models as m', 'm.model_id', 'f.model_id')
        .select(['f.model_id as modelId', 'f.version', 'm.name as modelName'])
        .where('f.verified_at_ms', '<', verifiedBefore)
        .where('f.begun_at_ms', '<', begunBefore)
        .where('v.deleted_at_ms', 'is', null)
        .orderBy('f.verified_at_ms')
        .limit(1)
        .executeTakeFirst();
      return row ?? null;
    },
  };
}

export function verificationWriter(context: StoreContext): VerificationWriter {
  const { db } = context;
  return {
    ...verificationReader(context),
    async put({ modelId, version }, { verifiedAtMs, damage }) {
      const found = { verified_at_ms: verifiedAtMs, begun_at_ms: verifiedAtMs, damage };
      await db
        .insertInto('registry_verifications')
        .values({ model_id: modelId, version, ...found })
        .onConflict((conflict) => conflict.columns(['model_id', 'version']).doUpdateSet(found))
        .execute();
    },
    async begin({ modelId, version }, { nowMs, begunBefore }) {
      const { numUpdatedRows } = await db
        .updateTable('registry_verifications')
        .set({ begun_at_ms: nowMs })
        .where('model_id', '=', modelId)
        .where('version', '=', version)
        .where('begun_at_ms', '<', begunBefore)
        .executeTakeFirst();
      return Number(numUpdatedRows) === 1;
    },
  };
}
