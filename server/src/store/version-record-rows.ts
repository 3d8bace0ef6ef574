import type { Selectable } from 'kysely';
import type { FactName, Parent, VersionRecord } from '../domain/version-record.ts';
import type { Tables } from './schema/tables.ts';

/** Row → domain. */
export function toVersionRecord(row: Selectable<Tables['registry_versions']>): VersionRecord {
  return {
    modelId: row.model_id,
    version: row.version,
    createdAtMs: row.created_at_ms,
    createdBy: row.created_by,
    origin: row.origin as VersionRecord['origin'],
    semanticVersion:
      row.sem_major === null
        ? null
        : {
            major: row.sem_major,
            minor: row.sem_minor ?? 0,
            patch: row.sem_patch ?? 0,
            prerelease: row.sem_prerelease ?? '',
          },
    deprecated: Boolean(row.deprecated),
    seal: row.seal,
    digest: row.digest,
    sizeBytes: row.size_bytes,
    facts: {
      modelType: row.model_type,
      dataVersion: row.data_version,
      codeVersion: row.code_version,
      parent: row.parent_model === null ? null : (JSON.parse(row.parent_model) as Parent),
    },
    inferredFacts: row.inferred_facts === null ? [] : (JSON.parse(row.inferred_facts) as FactName[]),
    deletedAtMs: row.deleted_at_ms,
  };
}

/** Domain → column. */
export function toParentJson(parent: Parent | null): string | null {
  return parent === null ? null : JSON.stringify(parent);
}
