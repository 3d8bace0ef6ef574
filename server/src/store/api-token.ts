import { type Selectable, sql } from 'kysely';
import { parseTokenScopes } from '../domain/api-token.ts';
import type { ApiToken, ApiTokenReader, ApiTokenWriter } from '../operations/ports/api-token.ts';
import { hotStatement, type StoreContext } from './context.ts';
import type { Tables } from './schema/tables.ts';
import { type IdentityRow, identityColumns, toIdentity } from './subject-rows.ts';

type Row = Omit<Selectable<Tables['registry_api_tokens']>, 'secret_sha256'>;

const COLUMNS = [
  'token_id',
  'subject_id',
  'name',
  'shown_prefix',
  'scopes',
  'model_pattern',
  'created_at_ms',
  'created_by',
  'expires_at_ms',
  'revoked_at_ms',
  'last_used_at_ms',
] as const;

/** A token's columns beside a subject's, which has two of the same names. */
type TokenIdentityRow = IdentityRow &
  Omit<Row, 'created_at_ms'> & { token_created_at_ms: Row['created_at_ms'] };

const findBySecret = hotStatement<{ secretSha256: string }, TokenIdentityRow>(
  (dialect, value) => sql`
    select ${identityColumns(dialect)}, t.token_id, t.name, t.shown_prefix, t.scopes, t.model_pattern,
      t.created_at_ms as token_created_at_ms, t.created_by, t.expires_at_ms, t.revoked_at_ms, t.last_used_at_ms
    from registry_api_tokens t join registry_subjects s on s.subject_id = t.subject_id
    where t.secret_sha256 = ${value('secretSha256')}`,
);

export function apiTokenReader(context: StoreContext): ApiTokenReader {
  const { db } = context;
  const tokens = () => db.selectFrom('registry_api_tokens').select(COLUMNS);
  return {
    async find(tokenId) {
      const row = await tokens().where('token_id', '=', tokenId).executeTakeFirst();
      return row === undefined ? null : toToken(row);
    },
    async findIdentity(secretSha256) {
      const [row] = await findBySecret(context, { secretSha256 });
      if (row === undefined) return null;
      return { ...toIdentity(row), token: toToken({ ...row, created_at_ms: row.token_created_at_ms }) };
    },
    async listByPrefix(shownPrefix) {
      return (await tokens().where('shown_prefix', '=', shownPrefix).execute()).map(toToken);
    },
    async list({ subjectIds, offset, limit }) {
      if (subjectIds?.length === 0) return [];
      const rows = await tokens()
        .$if(subjectIds !== null, (query) => query.where('subject_id', 'in', subjectIds ?? []))
        .orderBy('created_at_ms', 'desc')
        .orderBy('token_id')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map(toToken);
    },
  };
}

export function apiTokenWriter(context: StoreContext): ApiTokenWriter {
  const { db } = context;
  return {
    ...apiTokenReader(context),
    async insert(token) {
      await db
        .insertInto('registry_api_tokens')
        .values({
          token_id: token.tokenId,
          subject_id: token.subjectId,
          name: token.name,
          secret_sha256: token.secretSha256,
          shown_prefix: token.shownPrefix,
          scopes: token.scopes.join(','),
          model_pattern: token.modelPattern,
          created_at_ms: token.createdAtMs,
          created_by: token.createdBy,
          expires_at_ms: token.expiresAtMs,
          revoked_at_ms: token.revokedAtMs,
          last_used_at_ms: token.lastUsedAtMs,
        })
        .execute();
    },
    async revoke(tokenId, nowMs) {
      const revoked = await db
        .updateTable('registry_api_tokens')
        .set({ revoked_at_ms: nowMs })
        .where('token_id', '=', tokenId)
        .where('revoked_at_ms', 'is', null)
        .returning('token_id')
        .execute();
      return revoked.length > 0;
    },
    async noteUse(uses) {
      for (const [tokenId, atMs] of uses)
        await db
          .updateTable('registry_api_tokens')
          .set({ last_used_at_ms: atMs })
          .where('token_id', '=', tokenId)
          .where((eb) => eb.or([eb('last_used_at_ms', 'is', null), eb('last_used_at_ms', '<', atMs)]))
          .execute();
    },
  };
}

function toToken(row: Row): ApiToken {
  return {
    tokenId: row.token_id,
    subjectId: row.subject_id,
    name: row.name,
    shownPrefix: row.shown_prefix,
    scopes: parseTokenScopes(row.scopes.split(',')),
    modelPattern: row.model_pattern,
    createdAtMs: Number(row.created_at_ms),
    createdBy: row.created_by,
    expiresAtMs: Number(row.expires_at_ms),
    revokedAtMs: row.revoked_at_ms === null ? null : Number(row.revoked_at_ms),
    lastUsedAtMs: row.last_used_at_ms === null ? null : Number(row.last_used_at_ms),
  };
}
