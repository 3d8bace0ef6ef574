import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import type { ModelKind } from '../domain/registered-model.ts';
import { stageSlot } from '../domain/slot.ts';
import type { Stage } from '../domain/stage.ts';
import { findKeepers } from './keeper.ts';
import { governingPolicy, isOpen, policyOf } from './policy-choice.ts';
import type { Deps, Reader } from './ports.ts';

/* What the policy says at the doors that are no transitions: deleting, renaming, registering into a stage. */

interface NamedModel {
  readonly modelId: string;
  readonly name: string;
}

/**
 * Refuses to delete what is in use: held, named in an open request, and under a guarding policy in production or under an
 * alias of the policy. `version` null: the whole model. @throws `in_use`.
 */
export async function refuseInUse(
  deps: Deps,
  reader: Reader,
  model: NamedModel,
  version: number | null,
): Promise<void> {
  const { modelId, name } = model;
  const { policy, holds, requests, aliases } = await findKeepers(deps, reader, model);
  const isMeant = (one: number) => version === null || one === version;
  const hold = holds.find((one) => one.version === null || isMeant(one.version));
  if (hold !== undefined)
    throw inUse(
      `${name}${hold.version === null ? '' : ` version ${hold.version}`} is held${hold.reference === null ? '' : ` for ${hold.reference}`} (${hold.reason}; an admin lifts the hold ${hold.holdId})`,
    );
  const request = requests.find((one) => isMeant(one.version));
  if (request !== undefined)
    throw inUse(
      `${name} version ${request.version} is named in the open transition request ${request.requestId}`,
    );
  if (isOpen(policy)) return;
  const [inProduction] = (await reader.slots.listHolders(modelId, stageSlot('production'))).filter(isMeant);
  if (inProduction !== undefined) throw inUse(`${name} version ${inProduction} is in production`);
  const held = aliases.find((entry) => isMeant(entry.version));
  if (held !== undefined)
    throw inUse(
      `${name} version ${held.version} is under the alias ${held.alias}, which policy ${policy.name} guards`,
    );
}

function inUse(what: string): RegistryError<'in_use'> {
  return new RegistryError('in_use', { message: `${what}, and cannot be deleted.` });
}

/**
 * A name must not take a model out from under its policy while that has something to guard.
 * @throws `policy_changes`.
 */
export async function refusePolicyChange(
  deps: Deps,
  reader: Reader,
  model: NamedModel,
  newName: string,
): Promise<void> {
  const kind: ModelKind = (await reader.registeredModels.findKind(model.name)) ?? 'model';
  const [now, then] = [
    await governingPolicy(deps, reader, { ...model, kind }),
    await governingPolicy(deps, reader, { ...model, name: newName, kind }),
  ];
  if (now.policy.name === then.policy.name) return;
  const { modelId, name } = model;
  const holders = [
    ...(await reader.slots.listHolders(modelId, stageSlot('staging'))),
    ...(await reader.slots.listHolders(modelId, stageSlot('production'))),
  ];
  const isRequested = (await reader.transitionRequests.listOpen(modelId, null)).length > 0;
  const isAliased = (await reader.aliases.list(name)).some(({ alias }) =>
    now.policy.aliases.has(alias.toLowerCase()),
  );
  if (holders.length > 0 || isRequested || isAliased)
    throw new RegistryError('policy_changes', {
      message: `As ${newName} the model ${name} would be governed by policy ${then.policy.name} in place of ${now.policy.name}; that must wait until no version is in staging or production, under a guarded alias, or in an open request.`,
    });
}

/** Versions begin in development where anything guards the way. @throws `stage_requires_transition`. */
export async function requireFirstStage(
  deps: Deps,
  reader: Reader,
  { model, stage }: { readonly model: NamedModel; readonly stage: Stage },
): Promise<void> {
  if (stage === 'development') return;
  const governing = await policyOf(deps, reader, model);
  if (!isOpen(governing.policy))
    throw new RegistryError('stage_requires_transition', {
      message: `Policy ${governing.policy.name} lets versions of ${model.name} begin in development only; register it there, then POST /api/v1/models/transition.`,
    });
}

/** What an alias does under the policy; null: it is anybody's. */
export async function aliasRuleOf(deps: Deps, reader: Reader, model: NamedModel, alias: string) {
  const governing = await policyOf(deps, reader, model);
  const rule = governing.policy.aliases.get(alias.toLowerCase());
  return rule === undefined ? null : { rule, policy: governing.policy };
}

/** Whoever may not touch an alias is told why. */
export function guardedAlias(
  actor: Actor,
  { alias, name, policy, why }: { alias: string; name: string; policy: string; why: string },
): RegistryError<'transition_not_allowed'> {
  return new RegistryError('transition_not_allowed', {
    message: `${actor.displayName} cannot change the alias ${alias} of ${name} by hand: ${why} (policy ${policy}).`,
    allowed: [],
  });
}
