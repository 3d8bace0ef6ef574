import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { checkAlias, checkNewAlias } from '../domain/registered-model.ts';
import { aliasSlot } from '../domain/slot.ts';
import { MLFLOW_STAGES } from '../domain/stage.ts';
import { aliasChanged } from '../domain/webhook-payload.ts';
import { pointInUnit } from './alias-move.ts';
import { changeOfLocked } from './asked-change.ts';
import { recordEvent } from './audit.ts';
import { aliasObject } from './audit-object.ts';
import { aliasRuleOf, guardedAlias } from './governed-doors.ts';
import { type LockedModel, lockModel } from './model-identity.ts';
import { requireVersion } from './model-version.ts';
import { prepareMove } from './move-preparation.ts';
import type { Deps, Reader, Writer } from './ports.ts';
import { authorizeChange, authorizeRead } from './registered-model.ts';
import {
  pendingOn,
  requireMoved,
  sealAfter,
  type TransitionPending,
  type TransitionResult,
  transitionInUnit,
} from './transition.ts';
import { requestInUnit } from './transition-request.ts';
import { announce } from './webhook-announcement.ts';

/**
 * Points the alias to a version, from wherever it pointed. An alias is an exclusive slot: its history says
 * who held it when. @throws `invalid_argument`, `model_not_found`, `version_not_found`.
 */
export async function setAlias(
  deps: Deps,
  actor: Actor,
  input: { name: string; alias: string; version: number },
): Promise<void> {
  const { name, alias, version } = input;
  checkNewAlias(alias);
  authorizeChange(actor, 'move-alias', name);
  await prepareMove(deps, { name, version, target: aliasSlot(alias) });
  const outcome = await deps.store.write(async (writer) => {
    // MLflow: an absent model shows as the absent version.
    await requireVersion(writer, name, version);
    const model = await lockModel(deps, writer, name);
    const governed = await governAlias(deps, writer, actor, { model, alias, version });
    if (governed !== 'free') return governed;
    await pointInUnit(deps, writer, actor, {
      model,
      alias,
      version,
      origin: 'direct',
      requestId: null,
      reason: null,
    });
    return 'done';
  });
  if (outcome !== 'done') await sealAfter(deps, requireMoved(outcome));
}

/**
 * An alias that follows a stage is set by entering the stage, and by nothing else; one that is protected by a request.
 * `free`: the policy does not mind. @throws as `transitionInUnit`.
 */
async function governAlias(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { model, alias, version }: { model: LockedModel; alias: string; version: number },
): Promise<TransitionResult | TransitionPending | 'free' | 'done'> {
  const found = await aliasRuleOf(deps, writer, model, alias);
  if (found === null) return 'free';
  const { rule } = found;
  const { name } = model;
  if (rule.kind === 'protected') {
    if ((await writer.aliases.find(name, alias)) === version) return 'done';
    const target = aliasSlot(alias.toLowerCase());
    const wish = { version, target, reason: null, reasonPath: null };
    const asked = await changeOfLocked(deps, writer, model, wish);
    const request = await requestInUnit(deps, writer, actor, asked);
    return request.state === 'executed' ? 'done' : pendingOn(deps, writer, asked, request);
  }
  return transitionInUnit(deps, writer, actor, {
    name,
    version,
    to: rule.stage,
    displace: false,
    reason: null,
  });
}

/** Absent is fine. @throws `invalid_argument`, `model_not_found`. */
export async function deleteAlias(
  deps: Deps,
  actor: Actor,
  input: { name: string; alias: string },
): Promise<void> {
  const { name, alias } = input;
  checkAlias(alias);
  authorizeChange(actor, 'move-alias', name);
  await deps.store.write(async (writer) => {
    const model = await lockModel(deps, writer, name);
    const { modelId } = model;
    const found = await aliasRuleOf(deps, writer, model, alias);
    if (found !== null) {
      const { rule, policy } = found;
      const why = rule.kind === 'follows' ? `it follows ${rule.stage}` : 'it is protected';
      throw guardedAlias(actor, { alias, name, policy: policy.name, why });
    }
    const held = await writer.aliases.find(name, alias);
    await announce(deps, writer, aliasChanged(name, alias, null));
    if (held === null) return;
    const slot = aliasSlot(alias);
    const atMs = await writer.slots.nextInstant(modelId, [slot], deps.clock.now());
    await writer.slots.leave({ modelId, atMs, actor: actor.subjectId, reason: null }, slot, held);
    await writer.aliases.delete(name, alias);
    await recordEvent(deps, writer, actor, {
      action: 'alias.delete',
      object: aliasObject(model, held),
      before: { alias, version: held },
    });
  });
}

/**
 * The version that the alias points to; `latest` (any case) is the greatest of all.
 * @throws `invalid_argument`, `model_not_found`, `alias_not_found`, `version_not_found`, `resource_not_found`.
 */
export async function getVersionByAlias(
  deps: Deps,
  actor: Actor,
  input: { name: string; alias: string },
): Promise<ModelVersion> {
  const { name, alias } = input;
  checkAlias(alias);
  authorizeRead(actor, name);
  return deps.store.read((reader) => requireVersionByAlias(reader, name, alias));
}

/** The same in the caller's unit of work, already authorized, for a checked alias. */
export async function requireVersionByAlias(
  reader: Reader,
  name: string,
  alias: string,
): Promise<ModelVersion> {
  const version =
    alias.toLowerCase() === 'latest'
      ? ((await reader.modelVersions.latest(name, MLFLOW_STAGES)).at(-1) ?? null)
      : await reader.modelVersions.findByAlias(name, alias);
  return version ?? explainAbsence(reader, name, alias);
}

/** Why there is no version: asked only when the one hot statement found none. */
async function explainAbsence(reader: Reader, name: string, alias: string): Promise<never> {
  if ((await reader.registeredModels.findKind(name)) === null)
    throw new RegistryError('model_not_found', { name });
  if (alias.toLowerCase() === 'latest')
    throw new RegistryError('resource_not_found', { message: `Latest version not found for model ${name}.` });
  const held = await reader.aliases.find(name, alias);
  throw held === null
    ? new RegistryError('alias_not_found', { name, alias })
    : new RegistryError('version_not_found', { name, selector: String(held) });
}
