import { sql } from 'kysely';
import type { SubjectReader, SubjectWriter } from '../operations/ports/subject.ts';
import { hotStatement, type StoreContext } from './context.ts';
import {
  type IdentityRow,
  identityColumns,
  SUBJECT_COLUMNS,
  type SubjectRow,
  toIdentity,
  toSubject,
} from './subject-rows.ts';

const findByName = hotStatement<{ nameKey: string }, IdentityRow & { password_hash: string | null }>(
  (dialect, value) => sql`
    select ${identityColumns(dialect)}, s.password_hash from registry_subjects s
    where s.name_key = ${value('nameKey')}`,
);

const findByIdentity = hotStatement<{ issuer: string; externalId: string }, IdentityRow>(
  (dialect, value) => sql`
    select ${identityColumns(dialect)} from registry_subjects s
    where s.issuer = ${value('issuer')} and s.external_id = ${value('externalId')}`,
);

export function subjectReader(context: StoreContext): SubjectReader {
  const { db } = context;
  return {
    async find(subjectId) {
      const { rows } = await sql<SubjectRow>`
        select ${SUBJECT_COLUMNS} from registry_subjects s where s.subject_id = ${subjectId}`.execute(db);
      return rows[0] === undefined ? null : toSubject(rows[0]);
    },
    async findIdentity(nameKey) {
      const [row] = await findByName(context, { nameKey });
      return row === undefined ? null : { ...toIdentity(row), passwordHash: row.password_hash };
    },
    async findExternal(identity) {
      const [row] = await findByIdentity(context, identity);
      return row === undefined ? null : toIdentity(row);
    },
    async listIdentities(subjectIds) {
      if (subjectIds.length === 0) return [];
      const { rows } = await sql<IdentityRow>`
        select ${identityColumns(context.dialect)} from registry_subjects s
        where s.subject_id in (${sql.join([...new Set(subjectIds)])}) order by s.subject_id`.execute(db);
      return rows.map(toIdentity);
    },
    async names(subjectIds) {
      if (subjectIds.length === 0) return new Map();
      const rows = await db
        .selectFrom('registry_subjects')
        .select(['subject_id', 'display_name'])
        .where('subject_id', 'in', [...new Set(subjectIds)])
        .execute();
      return new Map(rows.map((row) => [row.subject_id, row.display_name]));
    },
    async list({ after, limit }) {
      const behind = after === null ? sql`` : sql`and s.name_key > ${after}`;
      const { rows } = await sql<SubjectRow>`
        select ${SUBJECT_COLUMNS} from registry_subjects s
        where s.name_key is not null ${behind} order by s.name_key limit ${limit}`.execute(db);
      return rows.map(toSubject);
    },
    async hasAdmin() {
      const { rows } = await sql`
        select 1 from registry_grants g
          join registry_subjects s on s.subject_id = g.subject_id and s.disabled_at_ms is null
        where g.role = 'admin' and g.resource = 'model' and g.pattern = '*' limit 1`.execute(db);
      return rows.length > 0;
    },
  };
}

export function subjectWriter(context: StoreContext): SubjectWriter {
  const { db } = context;
  const change = (subjectId: string) =>
    db.updateTable('registry_subjects').where('subject_id', '=', subjectId);
  return {
    ...subjectReader(context),
    async insert({ subjectId, kind, name, nameKey, ownerId, createdAtMs, disabledAtMs, ...rest }) {
      const inserted = await db
        .insertInto('registry_subjects')
        .values({
          subject_id: subjectId,
          kind,
          display_name: name,
          name_key: nameKey,
          owner_id: ownerId,
          issuer: rest.external?.issuer ?? null,
          external_id: rest.external?.externalId ?? null,
          password_hash: rest.passwordHash,
          created_at_ms: createdAtMs,
          disabled_at_ms: disabledAtMs,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('subject_id')
        .execute();
      return inserted.length > 0;
    },
    async setPassword(subjectId, passwordHash) {
      await change(subjectId).set({ password_hash: passwordHash }).execute();
    },
    async setDisabled(subjectId, disabledAtMs) {
      await change(subjectId).set({ disabled_at_ms: disabledAtMs }).execute();
    },
    async setOwner(subjectId, ownerId) {
      await change(subjectId).set({ owner_id: ownerId }).execute();
    },
    async setKind(subjectId, kind) {
      await change(subjectId).set({ kind, owner_id: null }).execute();
    },
    async rename(subjectId, { name, nameKey }) {
      const renamed = await change(subjectId)
        .set({ display_name: name, name_key: nameKey })
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('registry_subjects as other')
                .select('other.subject_id')
                .where('other.name_key', '=', nameKey)
                .where('other.subject_id', '<>', subjectId),
            ),
          ),
        )
        .returning('subject_id')
        .execute();
      return renamed.length > 0;
    },
    async setGroups(subjectId, groups) {
      await db.deleteFrom('registry_subject_groups').where('subject_id', '=', subjectId).execute();
      const rows = [...new Set(groups)].map((group) => ({ subject_id: subjectId, group_name: group }));
      if (rows.length > 0) await db.insertInto('registry_subject_groups').values(rows).execute();
    },
  };
}
