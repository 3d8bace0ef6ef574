import { isExclusive } from '../domain/policy.ts';
import { stageSlot } from '../domain/slot.ts';
import { policyOf } from './policy-choice.ts';
import type { Deps, Reader } from './ports.ts';
import type { VersionView } from './version-view.ts';

/**
 * Whether others are where only one should be: a policy that came later moves nobody, and the next transition displaces
 * all. Looked at for staging and production.
 */
export async function isConflicting(
  deps: Pick<Deps, 'governance'>,
  reader: Reader,
  { record, stage, version: { name } }: VersionView,
): Promise<boolean> {
  if (record === null || (stage !== 'staging' && stage !== 'production')) return false;
  const slot = stageSlot(stage);
  const { modelId } = record;
  if ((await reader.slots.listHolders(modelId, slot)).length < 2) return false;
  const { policy } = await policyOf(deps, reader, { modelId, name });
  return isExclusive(policy, slot);
}
