import { type Actor, RETENTION } from '../domain/actor.ts';
import { parseArtifactPath } from '../domain/artifact-path.ts';
import { recordEvent } from './audit.ts';
import { versionObject } from './audit-object.ts';
import { lockModel } from './model-identity.ts';
import { requireVersion } from './model-version.ts';
import type { VersionKey } from './ports/retention.ts';
import type { Deps, Writer } from './ports.ts';
import { findPurgedFiles } from './purge-files.ts';
import { retentionNow } from './retention-clock.ts';
import { judgementNow, judgeVersions } from './retention-judgement.ts';
import { buryVersion } from './version-burial.ts';

/**
 * Says that a version is to be purged when its grace is over, in the caller's unit of work. Until then it stands as it
 * was. Null: it is marked; else why not.
 */
export async function markInUnit(
  deps: Pick<Deps, 'clock' | 'ids' | 'serverId' | 'retention'>,
  writer: Writer,
  actor: Actor,
  marked: VersionKey & { readonly modelName: string; readonly reason: string; readonly nowMs: number },
): Promise<string | null> {
  const { modelId, modelName: name, version, reason, nowMs } = marked;
  const dueAtMs = nowMs + deps.retention.graceMs;
  const mark = { modelId, version, reason, markedBy: actor.subjectId, markedAtMs: nowMs, dueAtMs };
  if (!(await writer.purges.mark(mark))) return 'it is marked already';
  await recordEvent(deps, writer, actor, {
    action: 'model_version.purge_mark',
    object: versionObject({ modelId, name }, version),
    reason,
    after: { due_at: new Date(dueAtMs).toISOString() },
  });
  return null;
}

/**
 * Goes on with removing what is marked and due, a version at a time; with `RETENTION_PURGE` false only with what was begun. A
 * stop at any point, also by force, loses nothing: what is deleted and not yet swept is swept later.
 * False: there is nothing to do. @throws `clock_jumped`.
 */
export async function sweepNext(deps: Deps): Promise<boolean> {
  const purge = await deps.store.read(async (reader) => {
    // Only what is to be deleted needs a clock that can be believed.
    const begun = await reader.purges.findNext(0, false);
    if (begun !== null || !deps.retention.purge) return begun;
    const due = await reader.purges.findNext(deps.clock.now(), true);
    if (due !== null) await retentionNow(deps, reader);
    return due;
  });
  if (purge === null) return false;
  if (purge.begunAtMs === null && !(await beginSweep(deps, purge))) return true;
  await sweepFiles(deps, purge);
  return true;
}

/** Deletes the version, if nothing keeps it now. False: something does, or it is gone already; the mark is taken away. */
async function beginSweep(deps: Deps, key: VersionKey): Promise<boolean> {
  return deps.store.write(async (writer) => {
    const name = (await writer.versionRecords.namesOf([key.modelId])).get(key.modelId) ?? '';
    const [row] = await writer.retention.findRetained([key], 0);
    // With the lock nothing comes to keep it while it is judged.
    const model = row === undefined ? null : await lockModel(deps, writer, row.modelName);
    const keptBy = model === null ? 'it is gone' : await whyKeptNow(deps, writer, key);
    if (model === null || keptBy !== null) {
      await writer.purges.cancel(key);
      await recordEvent(deps, writer, RETENTION, {
        action: 'model_version.purge_cancel',
        object: versionObject({ ...key, name }, key.version),
        reason: keptBy,
      });
      return false;
    }
    const doomed = await requireVersion(writer, name, key.version);
    const record = await writer.versionRecords.find(name, key.version);
    const root = await writer.seals.findRoot(key.modelId, key.version);
    // Whoever registers from there either has done so by now, or finds it being swept.
    if (root !== null) await writer.seals.lockTree(parseArtifactPath(root), 'freeze');
    await buryVersion(deps, writer, RETENTION, { model, doomed });
    await writer.purges.begin(key, deps.clock.now());
    await recordEvent(deps, writer, RETENTION, {
      action: 'model_version.purge',
      object: versionObject(model, key.version, record?.digest ?? null),
      before: { size_bytes: Number(record?.sizeBytes ?? 0) },
    });
    return true;
  });
}

/** Null: nothing keeps it, and its time is over; else why it stays. */
async function whyKeptNow(deps: Deps, writer: Writer, key: VersionKey): Promise<string | null> {
  const by = await judgementNow(deps, writer);
  const rows = await writer.retention.findRetained([key], by.countNewer);
  if (rows.length === 0) return 'it is gone';
  const [judged] = await judgeVersions(
    deps,
    writer,
    // That it is marked is no reason to keep it.
    rows.map((row) => ({ ...row, purgeDueAtMs: null })),
    by,
  );
  if (judged === undefined) return 'it was touched, or is kept longer now';
  return judged.keptBy ?? (judged.due.action === 'purge' ? null : `it is in ${judged.due.stage}`);
}

/** What is gone already is fine. */
async function sweepFiles(deps: Deps, key: VersionKey): Promise<void> {
  const files = await deps.store.read((reader) => findPurgedFiles(reader, key));
  if (files !== null) await deps.artifacts.removeFiles(files.root, files.paths);
  await deps.store.write(async (writer) => {
    await writer.seals.removeArtifactsAt(files?.paths ?? []);
    await writer.purges.end(key, { atMs: deps.clock.now(), freedBytes: files?.bytes ?? 0 });
  });
}
