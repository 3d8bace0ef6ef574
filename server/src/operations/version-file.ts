import type { Actor } from '../domain/actor.ts';
import {
  type ArtifactPath,
  artifactName,
  joinArtifactPaths,
  parseArtifactPath,
} from '../domain/artifact-path.ts';
import { isRegistryError, RegistryError } from '../domain/errors.ts';
import type { ManifestFile } from '../domain/manifest.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import type { VersionRecord } from '../domain/version-record.ts';
import { type ArtifactUpload, type OpenedArtifact, openArtifact, putArtifact } from './artifact.ts';
import { versionObject } from './audit-object.ts';
import { authorize } from './authorize.ts';
import type { StoredFile } from './ports/artifact-store.ts';
import type { Deps, Reader } from './ports.ts';
import { authorizeChange, authorizeRead, modelResource } from './registered-model.ts';
import { findVersionFiles } from './version-place.ts';
import { selectVersion, type VersionReference } from './version-reference.ts';

/** A file of a version; `path` as in its manifest, relative to its source. */
export interface VersionFileRef {
  readonly name: string;
  readonly reference: VersionReference;
  readonly path: ArtifactPath;
}

/** Where a version's files begin. */
interface Place {
  readonly version: ModelVersion;
  readonly record: VersionRecord | null;
  /** Null when they are not held by this registry. */
  readonly root: ArtifactPath | null;
  /** Frozen files are the version's own: who may read the one may read the other. */
  readonly frozen: boolean;
  /** The file in the manifest, which a sealed version has. */
  readonly listed: ManifestFile | null;
}

/**
 * A file of a version, to be read or closed; with its hash when these bytes are known to have it.
 * @throws as `selectVersion`; `permission_denied`, `artifact_not_found`, `artifact_is_directory`,
 * `resource_not_found` (the files are out of reach), `resource_conflict` (no longer the sealed file).
 */
export async function openVersionFile(
  deps: Deps,
  actor: Actor,
  input: VersionFileRef,
): Promise<OpenedArtifact> {
  authorizeRead(actor, input.name);
  authorize(actor, 'read-artifact', modelResource(input.name));
  const place = await deps.store.read((reader) => findPlace(deps, reader, input));
  const { frozen, listed, record } = place;
  if (record?.seal === 'sealed' && listed === null)
    throw await unlisted(deps, requireRoot(place), input.path);
  const path = await locate(deps, requireRoot(place), input.path);
  return frozen ? openFrozen(deps, path, listed) : openArtifact(deps, actor, path);
}

/**
 * Adds a file to a version that is still open, or replaces one. The same bytes again under the path of a sealed
 * file change nothing and succeed. Answers the version's number and what was stored.
 * @throws as `selectVersion` and `putArtifact`; `version_sealed`, `resource_not_found` (no place for files).
 */
export async function addVersionFile(
  deps: Deps,
  actor: Actor,
  input: VersionFileRef & Omit<ArtifactUpload, 'path'>,
): Promise<{ version: number; stored: StoredFile }> {
  const { name, body, declaredSha256 } = input;
  authorizeChange(actor, 'write-artifact', name);
  const place = await deps.store.read((reader) => findPlace(deps, reader, input));
  const { version, record, listed } = place;
  const sealed = sealedError(name, version.version, record);
  if (sealed !== null && listed === null) throw sealed;
  const root = requireRoot(place);
  const path = sealed === null ? joinArtifactPaths(root, input.path) : await locate(deps, root, input.path);
  try {
    const event = {
      action: 'model_version.add_file',
      object: versionObject({ modelId: record?.modelId ?? '', name }, version.version),
      after: { path: input.path.text },
    } as const;
    const stored = await putArtifact(deps, actor, { path, body, declaredSha256, event });
    return { version: version.version, stored };
  } catch (error) {
    if (!isRegistryError(error, 'artifact_sealed')) throw error;
    // Sealed while the file arrived; or else another version froze the path.
    const now = await deps.store.read((reader) => reader.versionRecords.find(name, version.version));
    throw sealedError(name, version.version, now) ?? error;
  }
}

async function findPlace(
  { artifacts }: Deps,
  reader: Reader,
  { name, reference, path }: VersionFileRef,
): Promise<Place> {
  const version = await selectVersion(reader, name, reference);
  const record = await reader.versionRecords.find(name, version.version);
  const { modelId } = record ?? { modelId: '' };
  const frozenRoot = await reader.seals.findRoot(modelId, version.version);
  const root =
    frozenRoot === null
      ? await findVersionFiles({ reader, artifacts }, version)
      : parseArtifactPath(frozenRoot);
  const listed = await reader.seals.findManifestFile(modelId, version.version, path.text);
  return { version, record, root, frozen: frozenRoot !== null, listed };
}

/** What the manifest does not have is a folder, or does not exist. */
async function unlisted(deps: Deps, root: ArtifactPath, path: ArtifactPath): Promise<RegistryError> {
  const place = joinArtifactPaths(root, path);
  const entry = await deps.artifacts.stat(place);
  return new RegistryError(entry?.isDirectory === true ? 'artifact_is_directory' : 'artifact_not_found', {
    path: place.text,
  });
}

/** @throws `resource_not_found`. */
function requireRoot({ root, version }: Place): ArtifactPath {
  if (root !== null) return root;
  throw new RegistryError('resource_not_found', {
    message: `${version.name} version ${version.version} has no files that this registry holds; its source is ${version.source ?? 'unknown'}.`,
  });
}

/** A source that is one file is named in the manifest by its own name. */
async function locate(deps: Deps, root: ArtifactPath, path: ArtifactPath): Promise<ArtifactPath> {
  const isNamedAlike = path.text === artifactName(root);
  const entry = isNamedAlike ? await deps.artifacts.stat(root) : null;
  return entry !== null && !entry.isDirectory ? root : joinArtifactPaths(root, path);
}

async function openFrozen(
  deps: Deps,
  path: ArtifactPath,
  listed: ManifestFile | null,
): Promise<OpenedArtifact> {
  const known = await deps.store.read((reader) => reader.seals.findArtifact(path));
  const file = await deps.artifacts.open(path);
  deps.fileUses.note(path.text, deps.clock.now());
  if (listed !== null && listed.sizeBytes !== file.sizeBytes) {
    await file.close();
    throw new RegistryError('resource_conflict', {
      message: `${listed.path} is no longer the file that was sealed: someone changed it past the registry. Restore it from a backup.`,
    });
  }
  // A file that did not come through us has no record, only the hash that the seal was made with.
  if (known === null) return { file, sha256: listed?.sha256 ?? null };
  return { file, sha256: known.fingerprint === file.fingerprint ? known.sha256 : null };
}

function sealedError(
  name: string,
  version: number,
  record: VersionRecord | null,
): RegistryError<'version_sealed'> | null {
  // A version that MLflow made while we were away is frozen when it is seen.
  const seal = record?.seal ?? 'pending';
  return seal === 'open' ? null : new RegistryError('version_sealed', { name, version, seal });
}
