import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import { checkNewAlias } from '../domain/registered-model.ts';
import { aliasOfSlot, aliasSlot, type Slot, stageOfSlot, stageSlot } from '../domain/slot.ts';
import type { Stage } from '../domain/stage.ts';
import { changeOfLocked, type LockedChange } from './asked-change.ts';
import { aliasRuleOf } from './governed-doors.ts';
import { lockModel } from './model-identity.ts';
import { prepareMove } from './move-preparation.ts';
import type { Deps, Writer } from './ports.ts';
import { authorizeChange } from './registered-model.ts';
import { judgeChange } from './transition-guard.ts';
import { requestInUnit } from './transition-request.ts';
import { type RequestView, viewRequest } from './transition-request-view.ts';
import { selectVersion, type VersionReference } from './version-reference.ts';

/** Where somebody wants a version. */
type RequestTarget =
  | { readonly kind: 'stage'; readonly stage: Stage }
  | { readonly kind: 'alias'; readonly alias: string };

export interface RequestInput {
  readonly name: string;
  readonly reference: VersionReference;
  readonly target: RequestTarget;
  readonly reason: string | null;
}

/**
 * Asks that a version enters a stage, or gets a protected alias. The request that is open for the same is found, and the
 * asker joins it; one that wants nothing is executed at once.
 * @throws as `selectVersion`, `judgeChange`; `already_in_stage`, `transition_not_allowed`.
 */
export async function openTransitionRequest(
  deps: Deps,
  actor: Actor,
  input: RequestInput,
): Promise<{ readonly view: RequestView; readonly isNew: boolean }> {
  authorizeChange(actor, 'request-transition', input.name);
  const { name, reference } = input;
  const { version } = await deps.store.read((reader) => selectVersion(reader, name, reference));
  await prepareMove(deps, { name, version, target: wishedSlot(input.target) });
  return deps.store.write(async (writer) => {
    const asked = await lockWish(deps, writer, input);
    requireElsewhere(asked, await isHolding(writer, asked));
    await judgeChange(deps, writer, actor, asked);
    const { identity, target, version } = asked;
    const before = await writer.transitionRequests.findOpen(identity.modelId, version.version, target);
    const request = await requestInUnit(deps, writer, actor, asked);
    const view = await viewRequest(deps, writer, actor, { request, modelName: identity.name });
    return { view, isNew: before === null || before.requestId !== request.requestId };
  });
}

/** The slot as it is asked for; an alias that follows a stage stands for that, which its policy knows. */
export function wishedSlot(target: RequestTarget): Slot {
  return target.kind === 'stage' ? stageSlot(target.stage) : aliasSlot(target.alias);
}

/** What is asked for, of a model that stays as it is until the unit of work ends. */
export async function lockWish(
  deps: Deps,
  writer: Writer,
  { name, reference, target, reason }: RequestInput,
): Promise<LockedChange> {
  const model = await lockModel(deps, writer, name);
  const { version } = await selectVersion(writer, name, reference);
  const slot =
    target.kind === 'stage' ? stageSlot(target.stage) : await slotOf(deps, writer, model, target.alias);
  return changeOfLocked(deps, writer, model, { version, target: slot, reason, reasonPath: '/reason' });
}

/** An alias that follows a stage is got by entering that stage. @throws `transition_not_allowed` for anybody's alias. */
async function slotOf(
  deps: Deps,
  writer: Writer,
  model: { readonly modelId: string; readonly name: string },
  alias: string,
): Promise<Slot> {
  checkNewAlias(alias);
  const found = await aliasRuleOf(deps, writer, model, alias);
  if (found === null)
    throw new RegistryError('transition_not_allowed', {
      message: `No policy protects the alias ${alias} of ${model.name}; PUT /api/v1/models/{model_name}/aliases/{alias} sets it without a request.`,
      allowed: [],
    });
  return found.rule.kind === 'follows' ? stageSlot(found.rule.stage) : aliasSlot(alias.toLowerCase());
}

/** Whether the version is there already. */
async function isHolding(
  writer: Pick<Writer, 'aliases'>,
  { from, identity, target, version }: LockedChange,
): Promise<boolean> {
  const alias = aliasOfSlot(target);
  if (alias === null) return stageOfSlot(target) === from;
  const aliases = await writer.aliases.list(identity.name);
  return aliases.some((one) => one.alias.toLowerCase() === alias && one.version === version.version);
}

function requireElsewhere({ identity, target, version }: LockedChange, isThere: boolean): void {
  if (!isThere) return;
  const stage = stageOfSlot(target);
  const { name } = identity;
  if (stage !== null) throw new RegistryError('already_in_stage', { name, version: version.version, stage });
  throw new RegistryError('transition_not_allowed', {
    message: `The alias ${aliasOfSlot(target)} of ${name} points to version ${version.version} already.`,
    allowed: [],
  });
}
