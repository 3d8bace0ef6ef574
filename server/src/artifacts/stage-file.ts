import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import { type ArtifactPath, artifactName } from '../domain/artifact-path.ts';
import { RegistryError } from '../domain/errors.ts';
import type { StagedFile, StoredFile } from '../operations/ports/artifact-store.ts';
import { storeFailure, systemCode, writeFailure } from './file-errors.ts';
import { fingerprintOf } from './fingerprint.ts';
import { openFolder } from './folder.ts';
import { absolutePath, type Layout, userSegments } from './layout.ts';
import { checkRoot } from './root-state.ts';

// Chunks of sockets are 64 KiB; fewer, longer writes are worth the memory.
const BATCH_BYTES = 1_048_576;
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

type Written = StoredFile & { readonly fingerprint: string };

/**
 * Writes the body to a file of our own and makes it durable. Two batches at most are in memory.
 * @throws `artifact_path_conflict` before any reading when the place is taken, `unavailable`; the body's own
 * error as it is.
 */
export async function stageFile(
  layout: Layout,
  path: ArtifactPath,
  body: AsyncIterable<Uint8Array>,
): Promise<StagedFile> {
  const name = randomUUID();
  const fail = (error: unknown): never => {
    throw writeFailure(error, path);
  };
  await checkRoot(layout);
  await checkPlace(absolutePath(layout, path), path).catch(fail);
  const folder = await openFolder(layout, layout.temporarySegments, true).catch(temporaryFailure);
  try {
    const handle = await open(folder.at(name), NEW_FILE, 0o666).catch(fail);
    try {
      return stagedFile(layout, path, { ...(await copyBody(handle, body, fail)), name });
    } catch (error) {
      await rm(folder.at(name), { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  } finally {
    await folder.close();
  }
}

/** Hashes while the batch before is being written. */
async function copyBody(
  handle: FileHandle,
  body: AsyncIterable<Uint8Array>,
  fail: (error: unknown) => never,
): Promise<Written> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let batch: Uint8Array[] = [];
  let batchBytes = 0;
  let writing: Promise<unknown> = Promise.resolve();
  try {
    for await (const chunk of body) {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
      batch.push(chunk);
      batchBytes += chunk.byteLength;
      if (batchBytes < BATCH_BYTES) continue;
      const full = batch;
      [batch, batchBytes] = [[], 0];
      await writing;
      writing = writeAll(handle, full).catch(fail);
      // It is awaited above or below; until then a failure must not count as unhandled.
      writing.catch(() => {});
    }
  } finally {
    // The file is not closed while a write is under way.
    await Promise.allSettled([writing]);
  }
  await writing;
  await writeAll(handle, batch).catch(fail);
  await handle.sync().catch(fail);
  const stats = await handle.stat({ bigint: true }).catch(fail);
  return { sizeBytes, sha256: hash.digest('hex'), fingerprint: fingerprintOf(stats) };
}

async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  let rest = chunks.filter((chunk) => chunk.byteLength > 0);
  while (rest.length > 0) {
    // Copied, because the call may keep the array.
    let { bytesWritten } = await handle.writev([...rest]);
    const firstOpen = rest.findIndex((chunk) => {
      if (bytesWritten < chunk.byteLength) return true;
      bytesWritten -= chunk.byteLength;
      return false;
    });
    rest = firstOpen === -1 ? [] : rest.slice(firstOpen);
    const first = rest[0];
    if (first !== undefined) rest[0] = first.subarray(bytesWritten);
  }
}

function stagedFile(layout: Layout, path: ArtifactPath, file: Written & { name: string }): StagedFile {
  let state: 'staged' | 'published' | 'discarded' = 'staged';
  return {
    sizeBytes: file.sizeBytes,
    sha256: file.sha256,
    fingerprint: file.fingerprint,
    async publish() {
      if (state === 'discarded') throw new Error('A discarded file cannot be published');
      if (state === 'staged') await publish(layout, path, file.name);
      state = 'published';
      return file.fingerprint;
    },
    async discard() {
      if (state !== 'staged') return;
      await discard(layout, file.name);
      state = 'discarded';
    },
  };
}

async function publish(layout: Layout, path: ArtifactPath, temporaryName: string): Promise<void> {
  const temporary = await openFolder(layout, layout.temporarySegments, false).catch(temporaryFailure);
  try {
    const parent = await openFolder(layout, userSegments(path).slice(0, -1), true);
    try {
      const target = parent.at(artifactName(path));
      await checkPlace(target, path);
      await rename(temporary.at(temporaryName), target);
      await parent.sync();
    } finally {
      await parent.close();
    }
  } catch (error) {
    throw writeFailure(error, path);
  } finally {
    await temporary.close();
  }
}

async function discard(layout: Layout, temporaryName: string): Promise<void> {
  const folder = await openFolder(layout, layout.temporarySegments, false).catch(temporaryFailure);
  try {
    await rm(folder.at(temporaryName), { force: true });
  } finally {
    await folder.close();
  }
}

/** A folder is never replaced by a file. @throws `artifact_path_conflict`, or the system's error. */
async function checkPlace(absolute: string, path: ArtifactPath): Promise<void> {
  try {
    if ((await lstat(absolute)).isDirectory())
      throw new RegistryError('artifact_path_conflict', { path: path.text });
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

/** Whatever is wrong with our own folder, it is not the caller's fault. */
function temporaryFailure(error: unknown): never {
  throw storeFailure(error);
}
