import type { Actor } from '../domain/actor.ts';
import type { ManifestFile } from '../domain/manifest.ts';
import type { VersionRecord } from '../domain/version-record.ts';
import type { Deps } from './ports.ts';
import { authorizeRead } from './registered-model.ts';
import { selectVersion, type VersionReference } from './version-reference.ts';

export interface VersionManifest {
  readonly version: number;
  readonly record: VersionRecord | null;
  /** By the bytes of their paths; empty until the version is sealed. */
  readonly files: readonly ManifestFile[];
}

/** The files that a version is made of. @throws as `selectVersion`. */
export async function getManifest(
  deps: Deps,
  actor: Actor,
  input: { name: string; reference: VersionReference },
): Promise<VersionManifest> {
  const { name, reference } = input;
  authorizeRead(actor, name);
  return deps.store.read(async (reader) => {
    const { version } = await selectVersion(reader, name, reference);
    const record = await reader.versionRecords.find(name, version);
    const files = record === null ? [] : await reader.seals.listManifest(record.modelId, version);
    return { version, record, files };
  });
}
