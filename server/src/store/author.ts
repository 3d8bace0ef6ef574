import { sql } from 'kysely';
import { workKey } from '../domain/author.ts';
import type { AuthorReader, AuthorWriter } from '../operations/ports/author.ts';
import { hotWrite, type StoreContext } from './context.ts';

const addOne = hotWrite<{ work: string; subjectId: string }>(
  (_dialect, value) => sql`insert into registry_authors (work, subject_id)
    values (${value('work')}, ${value('subjectId')}) on conflict do nothing`,
);

const addThoseOf = hotWrite<{ work: string; part: string }>(
  (_dialect, value) => sql`insert into registry_authors (work, subject_id)
    select ${value('work')}, subject_id from registry_authors where work = ${value('part')} on conflict do nothing`,
);

/** '0' is the character after '/'. */
const addSenders = hotWrite<{ work: string; path: string; from: string; to: string }>(
  (_dialect, value) => sql`insert into registry_authors (work, subject_id)
    select ${value('work')}, uploaded_by from registry_artifacts
      where path = ${value('path')} or (path > ${value('from')} and path < ${value('to')})
    union
    select ${value('work')}, subject_id from registry_authors
      where work = 'file:' || ${value('path')}
        or (work > 'file:' || ${value('from')} and work < 'file:' || ${value('to')})
    on conflict do nothing`,
);

interface Row {
  readonly work: string;
  readonly subject_id: string;
  readonly display_name: string | null;
  readonly owner_id: string | null;
}

export function authorReader({ db }: StoreContext): AuthorReader {
  return {
    async listOfVersions(modelId, versions) {
      const numbers = new Map(
        versions.map((version) => [workKey({ kind: 'version', modelId, version }), version]),
      );
      if (numbers.size === 0) return new Map();
      const { rows } = await sql<Row>`
        select a.work, a.subject_id, s.display_name, s.owner_id
        from registry_authors a left join registry_subjects s on s.subject_id = a.subject_id
        where a.work in (${sql.join([...numbers.keys()])}) order by a.subject_id`.execute(db);
      const authors = Map.groupBy(rows, ({ work }) => numbers.get(work) ?? 0);
      return new Map(
        [...authors].map(([version, those]) => [
          version,
          those.map((row) => ({
            subjectId: row.subject_id,
            name: row.display_name ?? row.subject_id,
            ownerId: row.owner_id,
          })),
        ]),
      );
    },
  };
}

export function authorWriter(context: StoreContext): AuthorWriter {
  return {
    ...authorReader(context),
    async add(work, subjectId) {
      await addOne(context, { work: workKey(work), subjectId });
    },
    async addThoseOf(work, parts) {
      for (const part of parts) await addThoseOf(context, { work: workKey(work), part: workKey(part) });
    },
    async addSenders(work, { text: path }) {
      await addSenders(context, { work: workKey(work), path, from: `${path}/`, to: `${path}0` });
    },
  };
}
