import { coversVersion, type Hold, holdText } from '../domain/hold.ts';
import type { Policy } from '../domain/policy.ts';
import type { AliasEntry } from '../domain/registered-model.ts';
import { isOpen, policyOf } from './policy-choice.ts';
import type { KeptRequest } from './ports/transition-request.ts';
import type { Deps, Reader } from './ports.ts';

interface NamedModel {
  readonly modelId: string;
  readonly name: string;
}

/** What stands in the way of taking versions of a model away, beside where they are. */
export interface Keepers {
  readonly policy: Policy;
  readonly holds: readonly Hold[];
  readonly requests: readonly Pick<KeptRequest, 'requestId' | 'version'>[];
  /** Aliases that the policy guards. */
  readonly aliases: readonly AliasEntry[];
}

/** All of it for a model, in as many statements for many versions as for one. */
export async function findKeepers(deps: Deps, reader: Reader, model: NamedModel): Promise<Keepers> {
  const { policy } = await policyOf(deps, reader, model);
  const aliases = isOpen(policy) ? [] : await reader.aliases.list(model.name);
  return {
    policy,
    holds: await reader.holds.listStanding(model.modelId),
    requests: await reader.transitionRequests.listOpen(model.modelId, null),
    aliases: aliases.filter(({ alias }) => policy.aliases.has(alias.toLowerCase())),
  };
}

/** Why a version stays, in a few words such as `hold LEGAL-14`; null: nothing of it keeps it. */
export function whyKept({ policy, holds, requests, aliases }: Keepers, version: number): string | null {
  const hold = holds.find((one) => coversVersion(one, version));
  if (hold !== undefined) return holdText(hold);
  const request = requests.find((one) => one.version === version);
  if (request !== undefined) return `named in the open transition request ${request.requestId}`;
  const alias = aliases.find((one) => one.version === version);
  return alias === undefined ? null : `under the alias ${alias.alias}, which policy ${policy.name} guards`;
}
