import { type GatedVersion, type GateResult, judgeGate } from '../domain/gate.ts';
import { type Gate, rivalStageOf } from '../domain/policy.ts';
import { stageSlot } from '../domain/slot.ts';
import type { Stage } from '../domain/stage.ts';
import type { AskedChange } from './asked-change.ts';
import { takeSnapshot } from './evidence.ts';
import type { Deps, Reader } from './ports.ts';

/** Each gate with its figures, against whoever holds the stages that it is compared with now. */
export async function judgeGates(
  deps: Deps,
  reader: Reader,
  { identity, governing }: Pick<AskedChange, 'identity' | 'governing'>,
  { gates, candidate }: { readonly gates: readonly Gate[]; readonly candidate: GatedVersion },
): Promise<readonly GateResult[]> {
  const incumbents = new Map<Stage, GatedVersion | null>();
  for (const stage of new Set(gates.flatMap((gate) => rivalStageOf(gate) ?? [])))
    incumbents.set(stage, await findHolder(deps, reader, { identity, stage }));
  return gates.map((gate) => {
    const stage = rivalStageOf(gate);
    const incumbent = stage === null ? null : (incumbents.get(stage) ?? null);
    return judgeGate(gate, { candidate, incumbent, directions: governing.policy.metrics });
  });
}

/** Who entered the stage last, of those that are in it. */
async function findHolder(
  deps: Deps,
  reader: Reader,
  {
    identity: { modelId, name },
    stage,
  }: { readonly identity: AskedChange['identity']; readonly stage: Stage },
): Promise<GatedVersion | null> {
  const [holder] = await reader.slots.listHolders(modelId, stageSlot(stage));
  const version = holder === undefined ? null : await reader.modelVersions.find(name, holder);
  return version === null ? null : (await takeSnapshot(deps, reader, { modelId, version })).gated;
}
