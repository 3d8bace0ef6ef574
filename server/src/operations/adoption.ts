import { RegistryError } from '../domain/errors.ts';
import { stageSlot } from '../domain/slot.ts';
import { fromMlflowStage, type MlflowStage } from '../domain/stage.ts';
import { lockModel } from './model-identity.ts';
import type { Deps, Writer } from './ports.ts';

/** Stages whose holders are compared one by one; in development a model may have a million. */
const COMPARED: readonly MlflowStage[] = ['Staging', 'Production', 'Archived'];
const HOLDERS_LIMIT = 100_000;

/**
 * Brings our records of one model in line with what MLflow's tables say: missing records are made, and a
 * stage that differs from its open interval closes that and opens one of origin `outside`. A model that is
 * gone is fine.
 */
export async function adoptModel(deps: Deps, name: string): Promise<void> {
  await deps.store.write(async (writer) => {
    try {
      const { modelId } = await lockModel(deps, writer, name);
      for (const stage of COMPARED) await adoptStage(deps, writer, { modelId, name, stage });
    } catch (error) {
      if (!(error instanceof RegistryError && error.code === 'model_not_found')) throw error;
    }
  });
}

async function adoptStage(
  deps: Deps,
  writer: Writer,
  { modelId, name, stage }: { modelId: string; name: string; stage: MlflowStage },
): Promise<void> {
  const holders = await writer.modelVersions.listNumbersInStage(name, stage, HOLDERS_LIMIT);
  const slot = stageSlot(fromMlflowStage(stage));
  const known = new Set(await writer.slots.listHolders(modelId, slot));
  if (stage === 'Archived')
    for (const version of await writer.slots.listHolders(modelId, 'stage:deprecated')) known.add(version);
  const strangers = holders.filter((version) => !known.has(version));
  const gone = [...known].filter((version) => !holders.includes(version));
  if (strangers.length === 0 && gone.length === 0) return;
  const atMs = await writer.slots.nextInstant(modelId, [slot], deps.clock.now());
  const change = { modelId, atMs, actor: 'unknown', reason: null };
  for (const version of gone) await adoptCurrentStage(writer, change, name, version);
  for (const version of strangers) await adoptCurrentStage(writer, change, name, version);
}

/** One version whose open interval and MLflow's stage differ. */
async function adoptCurrentStage(
  writer: Writer,
  change: { modelId: string; atMs: number; actor: string; reason: null },
  name: string,
  version: number,
): Promise<void> {
  for (const slot of await writer.slots.listStageSlots(change.modelId, version))
    await writer.slots.leave(change, slot, version);
  const row = await writer.modelVersions.find(name, version);
  if (row === null) return;
  await writer.slots.enter(change, stageSlot(fromMlflowStage(row.stage)), version, 'outside');
}
