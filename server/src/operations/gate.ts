import { type GatedVersion, type GateResult, judgeGate } from '../domain/gate.ts';
import { type Gate, type Policy, rivalStageOf } from '../domain/policy.ts';
import { stageSlot } from '../domain/slot.ts';
import type { Stage } from '../domain/stage.ts';
import type { AskedChange } from './asked-change.ts';
import { takeSnapshot } from './evidence.ts';
import type { Deps, Reader } from './ports.ts';

/** What gates are judged about; nobody in a stage: null. */
interface Gated {
  readonly gates: readonly Gate[];
  readonly policy: Pick<Policy, 'metrics'>;
  readonly candidate: GatedVersion;
  readonly holderOf: (stage: Stage) => Promise<GatedVersion | null>;
}

/** Each gate with its figures, against whoever holds the stages that it is compared with. */
export async function judgeGates({
  gates,
  policy,
  candidate,
  holderOf,
}: Gated): Promise<readonly GateResult[]> {
  const incumbents = new Map<Stage, GatedVersion | null>();
  for (const stage of new Set(gates.flatMap((gate) => rivalStageOf(gate) ?? [])))
    incumbents.set(stage, await holderOf(stage));
  return gates.map((gate) => {
    const stage = rivalStageOf(gate);
    const incumbent = stage === null ? null : (incumbents.get(stage) ?? null);
    return judgeGate(gate, { candidate, incumbent, directions: policy.metrics });
  });
}

/** The same against whoever is there now: of several, who entered last. */
export async function judgeGatesNow(
  deps: Deps,
  reader: Reader,
  { identity, governing: { policy } }: Pick<AskedChange, 'identity' | 'governing'>,
  asked: Pick<Gated, 'gates' | 'candidate'>,
): Promise<readonly GateResult[]> {
  const holderOf = async (stage: Stage) => {
    const [holder] = await reader.slots.listHolders(identity.modelId, stageSlot(stage));
    return holder === undefined
      ? null
      : findGated(deps, reader, identity, { number: holder, gates: asked.gates });
  };
  return judgeGates({ ...asked, policy, holderOf });
}

/** A version as gates see it; null: it is gone. */
export async function findGated(
  deps: Deps,
  reader: Reader,
  { modelId, name }: Pick<AskedChange['identity'], 'modelId' | 'name'>,
  { number, gates }: { readonly number: number; readonly gates: readonly Gate[] },
): Promise<GatedVersion | null> {
  const version = await reader.modelVersions.find(name, number);
  return version === null ? null : (await takeSnapshot(deps, reader, { modelId, version, gates })).gated;
}
