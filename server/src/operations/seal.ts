import { type Actor, OPERATOR } from '../domain/actor.ts';
import { type ArtifactPath, parseArtifactPath } from '../domain/artifact-path.ts';
import { isRegistryError } from '../domain/errors.ts';
import { canonicalManifest, type ManifestFile, sortManifest } from '../domain/manifest.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import type { Seal } from '../domain/version-record.ts';
import { recordEvent } from './audit.ts';
import { versionObject } from './audit-object.ts';
import { MLMODEL, type ReadMlmodel, readMlmodelFile } from './mlmodel-file.ts';
import type { WalkedFile } from './ports/artifact-store.ts';
import type { PendingSeal } from './ports/seal.ts';
import type { Deps, Writer } from './ports.ts';
import { refuseSweeping } from './purge-files.ts';
import { findVersionFiles } from './version-place.ts';

/** Where a version's files are: under a path of ours (seen before the unit of work), nowhere, or out of reach. */
export type VersionFiles =
  | {
      readonly kind: 'here';
      readonly root: ArtifactPath;
      readonly seen: readonly WalkedFile[];
      readonly mlmodel: ReadMlmodel | null;
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreachable' };

export interface SealResult {
  readonly seal: Seal;
  readonly digest: string | null;
  readonly sizeBytes: number | null;
}

const NOT_SEALED = { digest: null, sizeBytes: null } as const;

/** Looks at the files under a path. Outside any unit of work: it reads the artifact store. */
export async function surveyFiles(deps: Deps, root: ArtifactPath | null): Promise<VersionFiles> {
  if (root === null) return { kind: 'unreachable' };
  const seen: WalkedFile[] = [];
  try {
    for await (const file of deps.artifacts.walk(root)) seen.push(file);
  } catch (error) {
    // A link or a device lies among them: not ours to follow, so nothing can be promised of the whole.
    if (isRegistryError(error, 'resource_conflict')) return { kind: 'unreachable' };
    if (!isRegistryError(error, 'artifact_not_found')) throw error;
  }
  return { kind: 'here', root, seen, mlmodel: await readMlmodelFile(deps, seen) };
}

/**
 * Freezes a version's files in the caller's unit of work, and seals it at once when every file came through
 * us unchanged: then its hash is known. Else the seal is `pending` and a job hashes the files.
 */
export async function sealInUnit(
  deps: Deps,
  writer: Writer,
  version: { modelId: string; version: number },
  files: VersionFiles,
): Promise<SealResult> {
  if (files.kind === 'none') return { seal: 'open', ...NOT_SEALED };
  if (files.kind === 'unreachable') return { seal: 'impossible', ...NOT_SEALED };
  await writer.seals.lockTree(files.root, 'freeze');
  await refuseSweeping(writer, files.root);
  await writer.seals.freeze(files.root, version.modelId, version.version);
  await writer.authors.addSenders({ kind: 'version', ...version }, files.root);
  const manifest = await manifestFromRecords(writer, files.root, files.seen);
  return manifest === null
    ? { seal: 'pending', ...NOT_SEALED }
    : storeManifest(deps, writer, version, { manifest, mlmodel: files.mlmodel });
}

/** The manifest when the records say the same as the disk, else null. */
async function manifestFromRecords(
  writer: Writer,
  root: ArtifactPath,
  seen: readonly WalkedFile[],
): Promise<ManifestFile[] | null> {
  const records = new Map((await writer.seals.listArtifacts(root)).map((record) => [record.path, record]));
  // A record without a file seen: it came after we looked, so the look is too old.
  if (records.size !== seen.length) return null;
  const manifest: ManifestFile[] = [];
  for (const file of seen) {
    const record = records.get(file.path.text);
    if (record === undefined || record.fingerprint !== file.fingerprint) return null;
    manifest.push({ path: manifestPath(file), sizeBytes: record.sizeBytes, sha256: record.sha256 });
  }
  return manifest;
}

/** Files with their hashes, and what their `MLmodel` said when it was read. */
interface SealedFiles {
  readonly manifest: readonly ManifestFile[];
  readonly mlmodel: ReadMlmodel | null;
}

async function storeManifest(
  deps: Deps,
  writer: Writer,
  version: { modelId: string; version: number },
  files: SealedFiles,
): Promise<SealResult> {
  const manifest = sortManifest(files.manifest);
  const { modelId, version: number } = version;
  await writer.seals.putManifest(modelId, number, manifest);
  await writer.verifications.put(version, { verifiedAtMs: deps.clock.now(), damage: null });
  const { sha256 = null, signature = null } = files.mlmodel ?? {};
  const isSealed = manifest.some((file) => file.path === MLMODEL && file.sha256 === sha256);
  if (signature !== null && isSealed) await writer.signatures.put(modelId, number, signature);
  return {
    seal: 'sealed',
    digest: `sha256:${deps.digests.sha256(canonicalManifest(manifest))}`,
    sizeBytes: manifest.reduce((sum, file) => sum + file.sizeBytes, 0),
  };
}

/** A version whose source is one file has that file's name as its path. */
function manifestPath(file: WalkedFile): string {
  return file.relativePath === '' ? (file.path.segments.at(-1) ?? '') : file.relativePath;
}

/**
 * Freezes an open version that leaves development, in the caller's unit of work (v1-api section 2, Sealing).
 * What is to be hashed then, or null when there is nothing: prompts have no files, others may be out of reach.
 */
export async function freezeOpenVersion(
  deps: Deps,
  writer: Writer,
  modelId: string,
  version: ModelVersion,
): Promise<PendingSeal | null> {
  if ((await writer.registeredModels.findKind(version.name)) === 'prompt') return null;
  const pending = { modelId, modelName: version.name, version: version.version, path: null };
  const root = await freezeTree(deps, writer, pending, version);
  return root === null ? null : { ...pending, path: root.text };
}

/**
 * Brings one pending version a step on: freezes the files of an adopted one (or says that they are out of
 * reach), then hashes those whose hash is not known and seals it. The tree is frozen, so nothing changes between
 * reading and sealing unless someone writes past us; then the fingerprints differ and the version stays pending.
 * With `onlyKnown` it stays pending, too, when there is anything to hash. True when it is pending no more.
 */
export async function completeSeal(
  deps: Deps,
  pending: PendingSeal,
  options: { onlyKnown: boolean } = { onlyKnown: false },
): Promise<boolean> {
  const root =
    pending.path === null
      ? await deps.store.write((writer) => freezeAdopted(deps, writer, pending))
      : parseArtifactPath(pending.path);
  if (root === null) return true;
  const sealed = await hashTree(deps, root, options.onlyKnown);
  if (sealed === null) return false;
  await deps.store.write(async (writer) => {
    const { modelId, modelName: name, version } = pending;
    const result = await storeManifest(deps, writer, pending, sealed);
    await writer.versionRecords.setSeal(modelId, version, { ...result, nowMs: deps.clock.now() });
    await recordSeal(deps, writer, OPERATOR, { model: { modelId, name }, version, result });
  });
  return true;
}

/** Writes down that the files of a version that exists already were frozen or sealed. */
export async function recordSeal(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  sealed: { model: { modelId: string; name: string }; version: number; result: SealResult },
): Promise<void> {
  const { model, version, result } = sealed;
  await recordEvent(deps, writer, actor, {
    action: 'model_version.seal',
    object: versionObject(model, version, result.digest),
    after: { seal: result.seal },
  });
}

async function hashTree(deps: Deps, root: ArtifactPath, onlyKnown: boolean): Promise<SealedFiles | null> {
  const records = await deps.store.read((reader) => reader.seals.listArtifacts(root));
  const known = new Map(records.map((record) => [record.path, record]));
  const files = await surveyFiles(deps, root);
  if (files.kind !== 'here') return null;
  const manifest: ManifestFile[] = [];
  for (const file of files.seen) {
    const record = known.get(file.path.text);
    const isKnown = record !== undefined && record.fingerprint === file.fingerprint;
    if (!isKnown && onlyKnown) return null;
    const sha256 = isKnown ? record.sha256 : await hashFile(deps, file);
    if (sha256 === null) return null;
    manifest.push({ path: manifestPath(file), sizeBytes: file.sizeBytes, sha256 });
  }
  return { manifest, mlmodel: files.mlmodel };
}

/** Null when the file is not the one that was seen. */
async function hashFile(deps: Deps, file: WalkedFile): Promise<string | null> {
  const opened = await deps.artifacts.open(file.path);
  const sha256 = await deps.digests.sha256Stream(opened.stream());
  return opened.fingerprint === file.fingerprint ? sha256 : null;
}

async function freezeAdopted(deps: Deps, writer: Writer, pending: PendingSeal): Promise<ArtifactPath | null> {
  const version = await writer.modelVersions.find(pending.modelName, pending.version);
  return freezeTree(deps, writer, pending, version);
}

/** The frozen root; or null when there is nothing that we may read, which is written down. */
async function freezeTree(
  deps: Deps,
  writer: Writer,
  { modelId, version }: PendingSeal,
  row: ModelVersion | null,
): Promise<ArtifactPath | null> {
  const places = { reader: writer, artifacts: deps.artifacts };
  const root = row === null ? null : await findVersionFiles(places, row);
  const seal = root === null ? 'impossible' : 'pending';
  await writer.versionRecords.setSeal(modelId, version, { seal, ...NOT_SEALED, nowMs: deps.clock.now() });
  if (root === null) return null;
  await writer.seals.lockTree(root, 'freeze');
  await refuseSweeping(writer, root);
  await writer.seals.freeze(root, modelId, version);
  await writer.authors.addSenders({ kind: 'version', modelId, version }, root);
  return root;
}
