import type { Selectable } from 'kysely';
import type { Role } from '../domain/actor.ts';
import type { GivenGrant, GrantReader, GrantWriter } from '../operations/ports/grant.ts';
import type { StoreContext } from './context.ts';
import type { Tables } from './schema/tables.ts';

export function grantReader({ db }: StoreContext): GrantReader {
  return {
    async find(grantId) {
      const row = await db
        .selectFrom('registry_grants')
        .selectAll()
        .where('grant_id', '=', grantId)
        .executeTakeFirst();
      return row === undefined ? null : toGrant(row);
    },
    async list({ after, limit }) {
      const rows = await db
        .selectFrom('registry_grants')
        .selectAll()
        .$if(after !== null, (query) =>
          query.where((eb) =>
            eb(
              eb.refTuple('created_at_ms', 'grant_id'),
              '>',
              eb.tuple(after?.createdAtMs ?? 0, after?.grantId ?? ''),
            ),
          ),
        )
        .orderBy('created_at_ms')
        .orderBy('grant_id')
        .limit(limit)
        .execute();
      return rows.map(toGrant);
    },
  };
}

export function grantWriter(context: StoreContext): GrantWriter {
  const { db } = context;
  return {
    ...grantReader(context),
    async insert({ grantId, to, role, resource, pattern, createdAtMs, createdBy }) {
      await db
        .insertInto('registry_grants')
        .values({
          grant_id: grantId,
          subject_id: to.kind === 'subject' ? to.subjectId : null,
          group_name: to.kind === 'group' ? to.group : null,
          role,
          resource,
          pattern,
          created_at_ms: createdAtMs,
          created_by: createdBy,
        })
        .execute();
    },
    async delete(grantId) {
      await db.deleteFrom('registry_grants').where('grant_id', '=', grantId).execute();
    },
  };
}

function toGrant(row: Selectable<Tables['registry_grants']>): GivenGrant {
  return {
    grantId: row.grant_id,
    to:
      row.subject_id === null
        ? { kind: 'group', group: row.group_name ?? '' }
        : { kind: 'subject', subjectId: row.subject_id },
    role: row.role as Role,
    resource: row.resource,
    pattern: row.pattern,
    createdAtMs: Number(row.created_at_ms),
    createdBy: row.created_by,
  };
}
