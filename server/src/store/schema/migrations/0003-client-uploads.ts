import type { Migration } from './migration.ts';

/** Uploads in parts that clients send to the artifact store itself, until they are completed, aborted or stale. */
export const clientUploads: Migration = {
  number: 3,
  name: 'client-uploads',
  up: (engine) => {
    const text = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    return [
      `CREATE TABLE registry_client_uploads (
        upload_id ${text} PRIMARY KEY,
        path ${text},
        subject_id ${text},
        created_at_ms bigint NOT NULL
      )`,
      `CREATE INDEX registry_client_uploads_age ON registry_client_uploads (created_at_ms)`,
    ];
  },
};
