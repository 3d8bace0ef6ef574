import type { Actor } from '../domain/actor.ts';
import type { ArtifactPath } from '../domain/artifact-path.ts';
import type { AuditEntry } from '../domain/audit-event.ts';
import { RegistryError } from '../domain/errors.ts';
import { isPermitted, type Resource, type Verb } from '../domain/permission.ts';
import { recordEvent } from './audit.ts';
import { authorize } from './authorize.ts';
import type { ArtifactEntry, OpenedFile, StagedFile } from './ports/artifact-store.ts';
import type { Deps, Reader } from './ports.ts';

/** A file to read; `sha256` when the file is known to be the one that came through us. Close it or read it. */
export interface OpenedArtifact {
  readonly file: OpenedFile;
  readonly sha256: string | null;
}

/** An upload. `declaredSha256` are the digests that the sender says it has, as hex. */
export interface ArtifactUpload {
  readonly path: ArtifactPath;
  readonly body: AsyncIterable<Uint8Array>;
  readonly declaredSha256: readonly string[];
  /** What is written down when the file becomes one of a version. */
  readonly event?: AuditEntry;
}

const GREATEST_EXPERIMENT_ID = 2_147_483_647;
const EXPERIMENT_ID = /^(?:0|[1-9][0-9]{0,9})$/;

/**
 * Stores a file under its path, replacing one of that name. The same bytes again under a frozen path change
 * nothing and succeed; any others are refused, also when the path was frozen while they arrived.
 * @throws `permission_denied`, `artifact_sealed`, `artifact_digest_mismatch`, `artifact_path_conflict`,
 * `invalid_argument` (a name that the store keeps for itself).
 */
export async function putArtifact(deps: Deps, actor: Actor, upload: ArtifactUpload): Promise<StagedFile> {
  const { path } = upload;
  await deps.store.read((reader) => authorizeArtifactChange(reader, actor, 'write-artifact', path));
  const staged = await deps.artifacts.stage(path, upload.body);
  deps.telemetry.transferred('in', staged.sizeBytes);
  try {
    if (upload.declaredSha256.some((declared) => declared !== staged.sha256))
      throw new RegistryError('artifact_digest_mismatch', { path: path.text });
    await publish(deps, actor, upload, staged);
  } finally {
    // After publishing this changes nothing.
    await staged.discard();
  }
  return staged;
}

async function publish(
  deps: Deps,
  actor: Actor,
  { path, event }: ArtifactUpload,
  staged: StagedFile,
): Promise<void> {
  await deps.store.write(async (writer) => {
    await writer.seals.lockTree(path, 'upload');
    if (await isSealedCopy(writer, path, staged)) return;
    // The row first: of two uploads to one path the second waits here until the first has committed, so that
    // the file and the row that stay are of the same upload.
    const row = {
      path: path.text,
      sizeBytes: staged.sizeBytes,
      sha256: staged.sha256,
      fingerprint: staged.fingerprint,
      nowMs: deps.clock.now(),
      uploadedBy: actor.subjectId,
    };
    await writer.seals.recordArtifact(row);
    if (event !== undefined) await recordEvent(deps, writer, actor, event);
    const fingerprint = await staged.publish();
    // A bucket that encrypts with keys of its own tells it only now.
    if (fingerprint !== row.fingerprint) await writer.seals.recordArtifact({ ...row, fingerprint });
  });
}

/** Whether the path is frozen with these very bytes. @throws `artifact_sealed` when it is with others. */
async function isSealedCopy(reader: Reader, path: ArtifactPath, staged: StagedFile): Promise<boolean> {
  const freeze = await reader.seals.findFreeze(path);
  if (freeze === null) return false;
  const known = await reader.seals.findArtifact(path);
  if (known?.sha256 === staged.sha256) return true;
  throw sealedError(path, freeze);
}

/**
 * Removes a file or a folder with all that is in it; absent is fine.
 * @throws `permission_denied`, `artifact_sealed` when anything at, above or below the path is frozen.
 */
export async function deleteArtifact(deps: Deps, actor: Actor, path: ArtifactPath): Promise<void> {
  await deps.store.write(async (writer) => {
    await authorizeArtifactChange(writer, actor, 'delete', path);
    await writer.seals.lockTree(path, 'upload');
    await refuseFrozen(writer, path);
    await writer.seals.removeArtifacts(path);
    // Inside: a version that freezes the path waits for us, and then finds nothing. Again is harmless.
    await deps.artifacts.remove(path);
    const object = { kind: 'artifact', id: null, name: path.text };
    await recordEvent(deps, writer, actor, { action: 'artifact.delete', object });
  });
}

/** @throws `artifact_not_found` (also without the right to know), `artifact_is_directory`. */
export async function openArtifact(deps: Deps, actor: Actor, path: ArtifactPath): Promise<OpenedArtifact> {
  const known = await deps.store.read(async (reader) => {
    await authorizeArtifactRead(reader, actor, path);
    return reader.seals.findArtifact(path);
  });
  const file = await deps.artifacts.open(path);
  deps.fileUses.note(path.text, deps.clock.now());
  // Someone may have written past us; then the hash says nothing of these bytes.
  return { file, sha256: known?.fingerprint === file.fingerprint ? known.sha256 : null };
}

/**
 * The direct children of a folder; none when it is absent, a file, or hidden from the actor. Null is the root,
 * of which an actor sees the experiments that it may read.
 */
export async function listProxyArtifacts(
  deps: Deps,
  actor: Actor,
  path: ArtifactPath | null,
): Promise<ArtifactEntry[]> {
  if (path === null) return listRoot(deps, actor);
  const readable = await deps.store.read((reader) => isReadable(reader, actor, path));
  return readable ? deps.artifacts.list(path) : [];
}

async function listRoot(deps: Deps, actor: Actor): Promise<ArtifactEntry[]> {
  const entries = await deps.artifacts.list(null);
  if (isPermitted(actor, 'read-artifact', { kind: 'experiment', name: '*' })) return entries;
  const ids = entries.map(({ name }) => experimentIdOf(name)).filter((id) => id !== null);
  const readable = await deps.store.read(async (reader) =>
    (await reader.experiments.listNames(ids)).filter(({ name }) =>
      isPermitted(actor, 'read-artifact', { kind: 'experiment', name }),
    ),
  );
  const names = new Set(readable.map(({ experimentId }) => String(experimentId)));
  return entries.filter(({ name }) => names.has(name));
}

/**
 * Whether the actor may read what lies at the path: by right on its experiment, or on the registered model
 * that is frozen there.
 */
export async function isReadable(reader: Reader, actor: Actor, path: ArtifactPath): Promise<boolean> {
  if (isPermitted(actor, 'read-artifact', await resourceOf(reader, path))) return true;
  const freeze = await reader.seals.findFreeze(path);
  return (
    freeze !== null &&
    (freeze.path === path.text || path.text.startsWith(`${freeze.path}/`)) &&
    isPermitted(actor, 'read-artifact', { kind: 'model', name: freeze.modelName })
  );
}

/** A path below an experiment's folder belongs to it; any other takes a right on every experiment. */
async function resourceOf(reader: Reader, path: ArtifactPath): Promise<Resource> {
  const id = experimentIdOf(path.segments[0] ?? '');
  const [experiment] = id === null ? [] : await reader.experiments.listNames([id]);
  return { kind: 'experiment', name: experiment?.name ?? '*' };
}

function experimentIdOf(segment: string): number | null {
  const id = EXPERIMENT_ID.test(segment) ? Number(segment) : Number.POSITIVE_INFINITY;
  return id <= GREATEST_EXPERIMENT_ID ? id : null;
}

/** @throws `artifact_not_found` without the right to know. */
export async function authorizeArtifactRead(reader: Reader, actor: Actor, path: ArtifactPath): Promise<void> {
  if (await isReadable(reader, actor, path)) return;
  const absent = new RegistryError('artifact_not_found', { path: path.text });
  authorize(actor, 'read-artifact', await resourceOf(reader, path), absent);
}

/** @throws `artifact_sealed` when anything at, above or below the path is frozen. */
export async function refuseFrozen(reader: Reader, path: ArtifactPath): Promise<void> {
  const freeze = await reader.seals.findFreeze(path);
  if (freeze !== null) throw sealedError(path, freeze);
}

/** @throws `permission_denied`, `artifact_not_found` without the right to know. */
export async function authorizeArtifactChange(
  reader: Reader,
  actor: Actor,
  verb: Verb,
  path: ArtifactPath,
): Promise<void> {
  const absent = new RegistryError('artifact_not_found', { path: path.text });
  authorize(actor, verb, await resourceOf(reader, path), absent);
}

function sealedError(
  path: ArtifactPath,
  freeze: { modelName: string; version: number },
): RegistryError<'artifact_sealed'> {
  const sealedBy = `${freeze.modelName} version ${freeze.version}`;
  return new RegistryError('artifact_sealed', { path: path.text, sealedBy });
}
