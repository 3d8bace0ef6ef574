import type { Actor } from '../domain/actor.ts';
import type { ArtifactPath } from '../domain/artifact-path.ts';
import { RegistryError } from '../domain/errors.ts';
import { checkPartCount, checkParts } from '../domain/upload-part.ts';
import { authorizeArtifactChange, refuseFrozen } from './artifact.ts';
import { requireDirect } from './direct-transfer.ts';
import type { DirectTransfer, SentPart } from './ports/artifact-store.ts';
import type { Deps, Writer } from './ports.ts';

/** How long a client may take. */
const STALE_MS = 7 * 24 * 3_600_000;
/** No store gives another id. */
const UPLOAD_ID = /^[\x21-\x7e]{1,1024}$/;

/** One upload of one file. */
interface UploadRef {
  readonly path: ArtifactPath;
  readonly uploadId: string;
}

/**
 * Begins an upload in parts, which the client sends to the store itself.
 * @throws `not_implemented` (the store cannot), `artifact_sealed`, `artifact_path_conflict`, `invalid_argument`.
 */
export async function createMultipart(
  deps: Deps,
  actor: Actor,
  { path, partCount }: { path: ArtifactPath; partCount: number },
): Promise<Awaited<ReturnType<DirectTransfer['createMultipart']>>> {
  const direct = requireDirect(deps, 'upload');
  checkPartCount(partCount);
  await deps.store.read(async (reader) => {
    await authorizeArtifactChange(reader, actor, 'write-artifact', path);
    await refuseFrozen(reader, path);
  });
  const created = await direct.createMultipart(path, partCount);
  const { uploadId } = created;
  const upload = { uploadId, path, subjectId: actor.subjectId, nowMs: deps.clock.now() };
  try {
    await deps.store.write((writer) => writer.clientUploads.add(upload));
  } catch (error) {
    // Nobody could complete it. What cannot be removed now, the store's own sweep removes.
    await direct.abortMultipart(path, uploadId).catch(() => {});
    throw error;
  }
  return created;
}

/**
 * Makes the file of an upload visible. Its hash is not known until a job has read it. When the store refuses the
 * parts the upload stays as it is.
 * @throws as `createMultipart`; `resource_not_found` (the actor has no such upload of this path under way).
 */
export async function completeMultipart(
  deps: Deps,
  actor: Actor,
  { path, uploadId, parts }: UploadRef & { parts: readonly SentPart[] },
): Promise<void> {
  const direct = requireDirect(deps, 'upload');
  checkParts(parts);
  let isComplete = false;
  await deps.store.write(async (writer) => {
    await authorizeArtifactChange(writer, actor, 'write-artifact', path);
    await writer.seals.lockTree(path, 'upload');
    await refuseFrozen(writer, path);
    await takeUpload(writer, actor, { path, uploadId });
    await writer.seals.removeArtifacts(path);
    await writer.authors.add({ kind: 'file', path: path.text }, actor.subjectId);
    // Inside: a version that freezes the path waits for us. The unit of work may run twice, the store is told once.
    if (!isComplete) await direct.completeMultipart(path, uploadId, parts);
    isComplete = true;
  });
}

/** Leaves nothing of an upload. @throws `not_implemented`; `resource_not_found` as `completeMultipart`. */
export async function abortMultipart(deps: Deps, actor: Actor, { path, uploadId }: UploadRef): Promise<void> {
  const direct = requireDirect(deps, 'upload');
  await deps.store.write(async (writer) => {
    await authorizeArtifactChange(writer, actor, 'write-artifact', path);
    await takeUpload(writer, actor, { path, uploadId });
    // Inside, so that nobody completes it meanwhile. Again is harmless.
    await direct.abortMultipart(path, uploadId);
  });
}

/** Gives up at most `limit` uploads that were begun a week ago; answers how many. */
export async function sweepClientUploads(deps: Deps, limit: number): Promise<number> {
  const stale = await deps.store.read((reader) =>
    reader.clientUploads.listBefore(deps.clock.now() - STALE_MS, limit),
  );
  for (const upload of stale) {
    // Null: the artifacts lie in another store by now.
    await deps.artifacts.direct?.abortMultipart(upload.path, upload.uploadId);
    await deps.store.write((writer) => writer.clientUploads.take(upload));
  }
  return stale.length;
}

async function takeUpload(writer: Writer, actor: Actor, { path, uploadId }: UploadRef): Promise<void> {
  const upload = { uploadId, path, subjectId: actor.subjectId };
  if (UPLOAD_ID.test(uploadId) && (await writer.clientUploads.take(upload))) return;
  throw new RegistryError('resource_not_found', {
    message: `No upload of '${path.text}' with this upload_id is under way.`,
  });
}
