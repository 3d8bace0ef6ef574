import type { Migration } from './migration.ts';

/** When the files of sealed versions were read last and compared with their manifests, and what was found. */
export const verifications: Migration = {
  number: 11,
  name: 'verifications',
  up: (engine) => {
    const id = engine === 'postgres' ? 'text COLLATE "C" NOT NULL' : 'text NOT NULL';
    return [
      `CREATE TABLE registry_verifications (
        model_id ${id},
        version integer NOT NULL,
        verified_at_ms bigint NOT NULL,
        begun_at_ms bigint NOT NULL,
        damage text,
        PRIMARY KEY (model_id, version)
      )`,
      `CREATE INDEX registry_verifications_time ON registry_verifications (verified_at_ms)`,
      // To seal is to read, or to have hashed on the way in.
      `INSERT INTO registry_verifications (model_id, version, verified_at_ms, begun_at_ms)
        SELECT model_id, version, created_at_ms, created_at_ms FROM registry_versions WHERE seal = 'sealed'`,
    ];
  },
};
