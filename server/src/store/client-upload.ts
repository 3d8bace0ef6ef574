import { parseArtifactPath } from '../domain/artifact-path.ts';
import type { ClientUploadReader, ClientUploadWriter } from '../operations/ports/client-upload.ts';
import type { StoreContext } from './context.ts';

export function clientUploadReader({ db }: StoreContext): ClientUploadReader {
  return {
    async listBefore(instantMs, limit) {
      const rows = await db
        .selectFrom('registry_client_uploads')
        .select(['upload_id', 'path', 'subject_id'])
        .where('created_at_ms', '<', instantMs)
        .orderBy('created_at_ms')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        uploadId: row.upload_id,
        path: parseArtifactPath(row.path),
        subjectId: row.subject_id,
      }));
    },
  };
}

export function clientUploadWriter(context: StoreContext): ClientUploadWriter {
  const { db } = context;
  return {
    ...clientUploadReader(context),
    async add({ uploadId, path, subjectId, nowMs }) {
      await db
        .insertInto('registry_client_uploads')
        .values({ upload_id: uploadId, path: path.text, subject_id: subjectId, created_at_ms: nowMs })
        .execute();
    },
    async take({ uploadId, path, subjectId }) {
      const taken = await db
        .deleteFrom('registry_client_uploads')
        .where('upload_id', '=', uploadId)
        .where('path', '=', path.text)
        .where('subject_id', '=', subjectId)
        .returning('upload_id')
        .execute();
      return taken.length > 0;
    },
  };
}
