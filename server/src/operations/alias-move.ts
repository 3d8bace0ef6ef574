import type { Actor } from '../domain/actor.ts';
import { aliasSlot, type SlotOrigin } from '../domain/slot.ts';
import { aliasChanged } from '../domain/webhook-payload.ts';
import { recordEvent } from './audit.ts';
import { aliasObject } from './audit-object.ts';
import type { LockedModel } from './model-identity.ts';
import type { Deps, Writer } from './ports.ts';
import { announce } from './webhook-announcement.ts';

/** An alias on its way to a version; that this may happen has been judged. */
export interface AliasMove {
  readonly model: LockedModel;
  readonly alias: string;
  readonly version: number;
  readonly origin: Extract<SlotOrigin, 'direct' | 'request'>;
  readonly requestId: string | null;
  readonly reason: string | null;
}

/**
 * Points the alias to the version from wherever it pointed, in the caller's unit of work, whose model is locked; answers
 * the version that it left. An alias is an exclusive slot: its history says who held it when.
 */
export async function pointInUnit(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { model, alias, version, origin, requestId, reason }: AliasMove,
): Promise<number | null> {
  const { modelId, name } = model;
  const slot = aliasSlot(alias);
  const held = await writer.aliases.find(name, alias);
  // MLflow: told also when nothing moves.
  await announce(deps, writer, aliasChanged(name, alias, version));
  if (held === version) return null;
  const atMs = await writer.slots.nextInstant(modelId, [slot], deps.clock.now());
  const change = { modelId, atMs, actor: actor.subjectId, reason, requestId };
  if (held !== null) await writer.slots.leave(change, slot, held);
  await writer.slots.enter(change, slot, version, origin);
  await writer.aliases.set(name, alias, version);
  await recordEvent(deps, writer, actor, {
    action: 'alias.set',
    object: aliasObject(model, version),
    reason,
    before: { alias, version: held },
    after: { alias, version, ...(requestId !== null && { request_id: requestId }) },
  });
  return held;
}

/**
 * How an alias of the policy is spelled on this model: those that differ in case alone are one to a policy, and MLflow may
 * have made any of them.
 */
export async function spellingOf(
  writer: Pick<Writer, 'aliases'>,
  name: string,
  wanted: string,
): Promise<string> {
  const aliases = await writer.aliases.list(name);
  return aliases.find(({ alias }) => alias.toLowerCase() === wanted.toLowerCase())?.alias ?? wanted;
}
