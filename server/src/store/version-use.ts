import { sql } from 'kysely';
import type { VersionUseReader, VersionUseWriter } from '../operations/ports/version-use.ts';
import type { StoreContext } from './context.ts';

const ASKED_AT_ONCE = 500;

export function versionUseReader({ db }: StoreContext): VersionUseReader {
  return {
    async find(modelId, version) {
      const row = await db
        .selectFrom('registry_version_uses')
        .select('used_at_ms')
        .where('model_id', '=', modelId)
        .where('version', '=', version)
        .executeTakeFirst();
      return row === undefined ? null : Number(row.used_at_ms);
    },
  };
}

export function versionUseWriter(context: StoreContext): VersionUseWriter {
  const { db } = context;
  return {
    ...versionUseReader(context),
    async note(uses) {
      const latest = latestByFolder(uses);
      const folders = [...latest.keys()];
      for (let i = 0; i < folders.length; i += ASKED_AT_ONCE) {
        const frozen = await db
          .selectFrom('registry_frozen_paths')
          .select(['path', 'model_id', 'version'])
          .where('path', 'in', folders.slice(i, i + ASKED_AT_ONCE))
          .execute();
        for (const { path, model_id, version } of frozen)
          await db
            .insertInto('registry_version_uses')
            .values({ model_id, version, used_at_ms: latest.get(path) ?? 0 })
            .onConflict((conflict) =>
              conflict
                .columns(['model_id', 'version'])
                .doUpdateSet({ used_at_ms: sql`excluded.used_at_ms` })
                .where('registry_version_uses.used_at_ms', '<', sql<number>`excluded.used_at_ms`),
            )
            .execute();
      }
    },
  };
}

/** A file is below all of its folders, and any of them may be where a version begins. */
function latestByFolder(uses: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const latest = new Map<string, number>();
  for (const [path, atMs] of uses) {
    const segments = path.split('/');
    for (let depth = 1; depth <= segments.length; depth += 1) {
      const folder = segments.slice(0, depth).join('/');
      latest.set(folder, Math.max(latest.get(folder) ?? 0, atMs));
    }
  }
  return latest;
}
