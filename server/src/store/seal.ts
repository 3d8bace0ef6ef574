import { sql } from 'kysely';
import type { SealReader, SealWriter } from '../operations/ports/seal.ts';
import { ancestorsAndSelf, below } from './artifact-range.ts';
import type { StoreContext } from './context.ts';

export function sealReader({ db }: StoreContext): SealReader {
  const manifest = (modelId: string, version: number) =>
    db
      .selectFrom('registry_manifest_files')
      .select(['path', 'size_bytes', 'sha256'])
      .where('model_id', '=', modelId)
      .where('version', '=', version);
  return {
    async findFreeze(path) {
      const row = await db
        .selectFrom('registry_frozen_paths as f')
        .innerJoin('registry_models as m', 'm.model_id', 'f.model_id')
        .select(['m.name', 'f.version', 'f.path'])
        .where((eb) => eb.or([eb('f.path', 'in', ancestorsAndSelf(path)), below(sql.ref('f.path'), path)]))
        .orderBy('f.path')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : { modelName: row.name, version: row.version, path: row.path };
    },
    async findArtifact(path) {
      const row = await db
        .selectFrom('registry_artifacts')
        .select(['path', 'size_bytes', 'sha256', 'fingerprint'])
        .where('path', '=', path.text)
        .executeTakeFirst();
      return row === undefined ? null : toArtifactRecord(row);
    },
    async listArtifacts(path) {
      const rows = await db
        .selectFrom('registry_artifacts')
        .select(['path', 'size_bytes', 'sha256', 'fingerprint'])
        .where((eb) => eb.or([eb('path', '=', path.text), below(eb.ref('path'), path)]))
        .orderBy('path')
        .execute();
      return rows.map(toArtifactRecord);
    },
    async findRoot(modelId, version) {
      const row = await db
        .selectFrom('registry_frozen_paths')
        .select('path')
        .where('model_id', '=', modelId)
        .where('version', '=', version)
        .executeTakeFirst();
      return row?.path ?? null;
    },
    async findManifestFile(modelId, version, path) {
      const row = await manifest(modelId, version).where('path', '=', path).executeTakeFirst();
      return row === undefined ? null : toManifestFile(row);
    },
    async listManifest(modelId, version) {
      const rows = await manifest(modelId, version).orderBy('path').execute();
      return rows.map(toManifestFile);
    },
    async listPending(limit) {
      return (
        db
          .selectFrom('registry_versions as rv')
          .innerJoin('registry_models as m', 'm.model_id', 'rv.model_id')
          .leftJoin('registry_frozen_paths as f', (join) =>
            join.onRef('f.model_id', '=', 'rv.model_id').onRef('f.version', '=', 'rv.version'),
          )
          .select(['rv.model_id as modelId', 'm.name as modelName', 'rv.version', 'f.path'])
          // Written out, so that PostgreSQL sees that the partial index serves.
          .where('rv.seal', '=', sql.lit('pending'))
          .where('rv.deleted_at_ms', 'is', null)
          .orderBy('rv.created_at_ms')
          .limit(limit)
          .execute()
      );
    },
  };
}

export function sealWriter(context: StoreContext): SealWriter {
  const { db, dialect } = context;
  return {
    ...sealReader(context),
    async lockTree(path, purpose) {
      // First the whole of the first segment, so that removing it all meets every freeze below.
      const [first = '', second] = path.segments;
      await dialect.lockKey(db, `artifacts:${first}`, second === undefined);
      if (second !== undefined)
        await dialect.lockKey(db, `artifacts:${first}/${second}`, purpose === 'freeze');
    },
    async recordArtifact({ path, sizeBytes, sha256, fingerprint, nowMs, uploadedBy }) {
      const content = {
        size_bytes: sizeBytes,
        sha256,
        fingerprint,
        uploaded_at_ms: nowMs,
        uploaded_by: uploadedBy,
      };
      await db
        .insertInto('registry_artifacts')
        .values({ path, ...content })
        .onConflict((conflict) => conflict.column('path').doUpdateSet(content))
        .execute();
    },
    async removeArtifacts(path) {
      await db
        .deleteFrom('registry_artifacts')
        .where((eb) => eb.or([eb('path', '=', path.text), below(eb.ref('path'), path)]))
        .execute();
    },
    async removeArtifactsAt(paths) {
      for (let i = 0; i < paths.length; i += 500)
        await db
          .deleteFrom('registry_artifacts')
          .where(
            'path',
            'in',
            paths.slice(i, i + 500).map(({ text }) => text),
          )
          .execute();
    },
    async freeze(path, modelId, version) {
      await db
        .insertInto('registry_frozen_paths')
        .values({ path: path.text, model_id: modelId, version, kind: 'tree' })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async putManifest(modelId, version, files) {
      for (let i = 0; i < files.length; i += 500)
        await db
          .insertInto('registry_manifest_files')
          .values(
            files.slice(i, i + 500).map((file) => ({
              model_id: modelId,
              version,
              path: file.path,
              size_bytes: file.sizeBytes,
              sha256: file.sha256,
            })),
          )
          // Two servers may have hashed the same frozen files.
          .onConflict((conflict) => conflict.doNothing())
          .execute();
    },
  };
}

function toManifestFile(row: { path: string; size_bytes: number | bigint; sha256: string }) {
  return { path: row.path, sizeBytes: Number(row.size_bytes), sha256: row.sha256 };
}

function toArtifactRecord(row: {
  path: string;
  size_bytes: number | bigint;
  sha256: string;
  fingerprint: string;
}) {
  return {
    path: row.path,
    sizeBytes: Number(row.size_bytes),
    sha256: row.sha256,
    fingerprint: row.fingerprint,
  };
}
