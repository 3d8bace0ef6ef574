import type { Actor } from '../domain/actor.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { aliasSlot } from '../domain/slot.ts';
import type { Deps, Writer } from './ports.ts';

/**
 * Makes a tombstone of a version, in the caller's unit of work, whose model is locked: MLflow's row stays, redacted as
 * MLflow does it; intervals and aliases end.
 */
export async function buryVersion(
  deps: Pick<Deps, 'clock'>,
  writer: Writer,
  actor: Actor,
  {
    model,
    doomed,
  }: { readonly model: { readonly modelId: string; readonly name: string }; readonly doomed: ModelVersion },
): Promise<void> {
  const { modelId, name } = model;
  const { version } = doomed;
  const nowMs = deps.clock.now();
  const aliases = doomed.aliases.map(aliasSlot);
  const open = await writer.slots.listStageSlots(modelId, version);
  const atMs = await writer.slots.nextInstant(modelId, [...open, ...aliases], nowMs);
  // MLflow: its own store means to drop the aliases, too, but compares a text with a number.
  for (const alias of doomed.aliases) await writer.aliases.delete(name, alias);
  await writer.slots.leaveAll(modelId, version, atMs);
  await writer.versionRecords.tombstone(modelId, version, nowMs, actor.subjectId);
  await writer.modelVersions.markDeleted(name, version, nowMs);
  await writer.registeredModels.touch(name, nowMs);
}
