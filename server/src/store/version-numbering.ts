import { sql } from 'kysely';
import type { Int64 } from '../domain/int64.ts';
import { compareSemanticVersions, type SemanticVersion } from '../domain/semantic-version.ts';
import type { VersionNumbering } from '../operations/ports/version-record.ts';
import { hotStatement, type StoreContext } from './context.ts';

interface NumberingRow {
  readonly model_id: string;
  readonly last_number: number | null;
  readonly entered_at_ms: Int64 | null;
  readonly labels: string;
}

const LABEL = ['sem_major', 'sem_minor', 'sem_patch', 'sem_prerelease'] as const;

const findNumberingRow = hotStatement<{ workspace: string; name: string; slot: string }, NumberingRow>(
  (dialect, value) => sql`select rm.model_id,
      (select n.last_version from registry_names n
        where n.workspace = ${value('workspace')} and n.name = ${value('name')}) as last_number,
      (select si.from_ms from registry_slot_intervals si
        where si.model_id = rm.model_id and si.slot = ${value('slot')} order by si.from_ms desc limit 1) as entered_at_ms,
      ${dialect.jsonLists(
        sql`(select ${sql.join(LABEL.map((column) => sql.ref(`rv.${column}`)))} from registry_versions rv
          where rv.model_id = rm.model_id and (rv.sem_major, rv.sem_minor, rv.sem_patch) = (
            select g.sem_major, g.sem_minor, g.sem_patch from registry_versions g
            where g.model_id = rm.model_id and g.sem_major is not null
            order by g.sem_major desc, g.sem_minor desc, g.sem_patch desc limit 1))`,
        LABEL,
      )} as labels
    from registry_models rm
    where rm.workspace = ${value('workspace')} and rm.name = ${value('name')} and rm.deleted_at_ms is null`,
);

/** What the next version of a model follows, in one statement. */
export async function findNumbering(
  context: StoreContext,
  name: string,
  slot: string,
): Promise<VersionNumbering | null> {
  const [row] = await findNumberingRow(context, { workspace: context.workspace, name, slot });
  if (row === undefined) return null;
  return {
    modelId: row.model_id,
    lastNumberOfName: row.last_number ?? 0,
    greatestLabel: greatestOf(row.labels),
    enteredAtMs: row.entered_at_ms === null ? null : Number(row.entered_at_ms),
  };
}

/**
 * The greatest core comes from the index; among its labels (a release and prereleases of one core) the rule of
 * precedence, which SQL cannot express, picks.
 */
function greatestOf(labels: string): SemanticVersion | null {
  const rows = JSON.parse(labels) as [number, number, number, string | null][];
  return (
    rows
      .map(([major, minor, patch, prerelease]) => ({ major, minor, patch, prerelease: prerelease ?? '' }))
      .sort(compareSemanticVersions)
      .at(-1) ?? null
  );
}
