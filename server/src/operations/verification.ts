import { OPERATOR } from '../domain/actor.ts';
import { aliasOfSlot, type Slot, stageOfSlot } from '../domain/slot.ts';
import { hasEnded } from '../domain/transition-request.ts';
import { recordEvent } from './audit.ts';
import { versionObject } from './audit-object.ts';
import { findDamage } from './file-verification.ts';
import { isOpen, policyOf } from './policy-choice.ts';
import type { Deps } from './ports.ts';

/** Who was read this lately is not read again before it moves. */
const FRESH_MS = 3_600_000;
/** No reading takes longer; one that began before was cut. */
const ABANDONED_MS = 6 * FRESH_MS;

interface SealedVersion {
  readonly modelId: string;
  readonly modelName: string;
  readonly version: number;
}

/** Whether files are read again before a version gets there: where it is served from. */
export function isVerified(target: Slot): boolean {
  const stage = stageOfSlot(target);
  return stage === 'production' || stage === null;
}

/**
 * Reads the files of a version that is to be served, and keeps what it finds; the unit of work that moves it refuses
 * damage. Outside of that: it takes as long as the files are large. Nothing is read for a version that is not sealed, was
 * read within the hour, or goes where its policy says nothing.
 */
export async function verifyBefore(
  deps: Deps,
  { name, version, target }: { readonly name: string; readonly version: number; readonly target: Slot },
): Promise<void> {
  if (!isVerified(target)) return;
  const stale = await deps.store.read(async (reader) => {
    const record = await reader.versionRecords.find(name, version);
    if (record === null || record.deletedAtMs !== null) return null;
    const { modelId } = record;
    const last = await reader.verifications.find(modelId, version);
    // Damage is looked at again: it may have been mended.
    if (last === null || (last.damage === null && last.verifiedAtMs > deps.clock.now() - FRESH_MS))
      return null;
    const { policy } = await policyOf(deps, reader, { modelId, name });
    const alias = aliasOfSlot(target);
    if (isOpen(policy) || (alias !== null && !policy.aliases.has(alias.toLowerCase()))) return null;
    return { modelId, modelName: name, version };
  });
  if (stale !== null) await verify(deps, stale);
}

/** The same for what a request asks for; one that is not there is told of later. */
export async function verifyRequested(deps: Deps, requestId: string): Promise<void> {
  const asked = await deps.store.read(async ({ transitionRequests, versionRecords }) => {
    const request = await transitionRequests.find(requestId);
    const model = request === null ? null : await versionRecords.findModel(request.modelId);
    return request === null || model === null ? null : { ...request, name: model.name };
  });
  if (asked !== null && !hasEnded(asked.state)) await verifyBefore(deps, asked);
}

/**
 * Reads the version that was read longest ago, if that is longer than `periodMs` and nobody else is at it. False: there
 * is none. Any number of servers do this side by side.
 */
export async function verifyNext(deps: Deps, periodMs: number): Promise<boolean> {
  const nowMs = deps.clock.now();
  const limits = { verifiedBefore: nowMs - periodMs, begunBefore: nowMs - ABANDONED_MS };
  const due = await deps.store.read(({ verifications }) => verifications.findDue(limits));
  if (due === null) return false;
  const isOurs = await deps.store.write(({ verifications }) =>
    verifications.begin(due, { nowMs, begunBefore: limits.begunBefore }),
  );
  if (isOurs) await verify(deps, due);
  return true;
}

/** An event tells when what is found is not what was found before. */
async function verify(deps: Deps, { modelId, modelName, version }: SealedVersion): Promise<void> {
  const damage = await findDamage(deps, { modelId, version });
  await deps.store.write(async (writer) => {
    const last = await writer.verifications.find(modelId, version);
    await writer.verifications.put({ modelId, version }, { verifiedAtMs: deps.clock.now(), damage });
    const before = last?.damage ?? null;
    if (before === damage) return;
    await recordEvent(deps, writer, OPERATOR, {
      action: 'model_version.verify',
      object: versionObject({ modelId, name: modelName }, version),
      before: { damage: before },
      after: { damage },
    });
  });
}
