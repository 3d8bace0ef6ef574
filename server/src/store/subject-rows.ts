import { type RawBuilder, sql } from 'kysely';
import type { Grant } from '../domain/actor.ts';
import type { Subject } from '../domain/subject.ts';
import type { Identity } from '../operations/ports/subject.ts';
import { parseJsonRows } from './context.ts';
import type { Dialect } from './dialect.ts';

/** A row of `registry_subjects s`. */
export interface SubjectRow {
  subject_id: string;
  kind: string;
  display_name: string;
  owner_id: string | null;
  created_at_ms: number;
  disabled_at_ms: number | null;
}

/** The same with groups and grants, as JSON texts. */
export interface IdentityRow extends SubjectRow {
  groups: string;
  grants: string;
}

export const SUBJECT_COLUMNS = sql.raw(
  's.subject_id, s.kind, s.display_name, s.owner_id, s.created_at_ms, s.disabled_at_ms',
);

/** The columns of an `IdentityRow`, from `registry_subjects s`. */
export function identityColumns(dialect: Dialect): RawBuilder<unknown> {
  const groups = sql`(select group_name from registry_subject_groups where subject_id = s.subject_id)`;
  const grants = sql`(
    select role, resource, pattern from registry_grants where subject_id = s.subject_id
    union all
    select g.role, g.resource, g.pattern from registry_subject_groups m
      join registry_grants g on g.group_name = m.group_name where m.subject_id = s.subject_id)`;
  return sql`${SUBJECT_COLUMNS},
    ${dialect.jsonRows(groups, ['group_name'])} as groups,
    ${dialect.jsonRows(grants, ['role', 'resource', 'pattern'])} as grants`;
}

export function toSubject(row: SubjectRow): Subject {
  return {
    subjectId: row.subject_id,
    kind: row.kind as Subject['kind'],
    name: row.display_name,
    ownerId: row.owner_id,
    createdAtMs: row.created_at_ms,
    disabledAtMs: row.disabled_at_ms,
  };
}

export function toIdentity(row: IdentityRow): Identity {
  return {
    subject: toSubject(row),
    groups: parseJsonRows<{ group_name: string }>(row.groups).map(({ group_name }) => group_name),
    grants: parseJsonRows<Grant>(row.grants),
  };
}
