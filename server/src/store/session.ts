import { sql } from 'kysely';
import type { SessionReader, SessionWriter } from '../operations/ports/session.ts';
import { hotStatement, type StoreContext } from './context.ts';
import { type IdentityRow, identityColumns, toIdentity } from './subject-rows.ts';

const findBySecret = hotStatement<
  { secretSha256: string },
  IdentityRow & { session_created_at_ms: number; expires_at_ms: number }
>(
  (dialect, value) => sql`
    select ${identityColumns(dialect)}, b.created_at_ms as session_created_at_ms, b.expires_at_ms
    from registry_sessions b join registry_subjects s on s.subject_id = b.subject_id
    where b.secret_sha256 = ${value('secretSha256')}`,
);

export function sessionReader(context: StoreContext): SessionReader {
  return {
    async findIdentity(secretSha256) {
      const [row] = await findBySecret(context, { secretSha256 });
      if (row === undefined) return null;
      const session = {
        secretSha256,
        subjectId: row.subject_id,
        createdAtMs: row.session_created_at_ms,
        expiresAtMs: row.expires_at_ms,
      };
      return { ...toIdentity(row), session };
    },
  };
}

export function sessionWriter(context: StoreContext): SessionWriter {
  const { db } = context;
  return {
    ...sessionReader(context),
    async insert({ secretSha256, subjectId, createdAtMs, expiresAtMs }) {
      await db
        .insertInto('registry_sessions')
        .values({
          secret_sha256: secretSha256,
          subject_id: subjectId,
          created_at_ms: createdAtMs,
          expires_at_ms: expiresAtMs,
        })
        .execute();
    },
    async delete(secretSha256) {
      await db.deleteFrom('registry_sessions').where('secret_sha256', '=', secretSha256).execute();
    },
    async deleteAll(subjectId) {
      await db.deleteFrom('registry_sessions').where('subject_id', '=', subjectId).execute();
    },
    async sweep(instantMs, limit) {
      await db
        .deleteFrom('registry_sessions')
        .where('secret_sha256', 'in', (eb) =>
          eb
            .selectFrom('registry_sessions')
            .select('secret_sha256')
            .where('expires_at_ms', '<', instantMs)
            .limit(limit),
        )
        .execute();
    },
  };
}
