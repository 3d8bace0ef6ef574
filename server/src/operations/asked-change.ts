import type { ModelVersion } from '../domain/model-version.ts';
import { aliasRuleFor, type RequestRule, ruleFor } from '../domain/policy.ts';
import { aliasOfSlot, type Slot, stageOfSlot } from '../domain/slot.ts';
import type { Stage } from '../domain/stage.ts';
import type { VersionRecord } from '../domain/version-record.ts';
import { stageOf } from '../domain/version-stage.ts';
import { type LockedModel, lockModel, requireRecord } from './model-identity.ts';
import { requireVersion } from './model-version.ts';
import { type GoverningPolicy, policyOf } from './policy-choice.ts';
import type { KeptRequest } from './ports/transition-request.ts';
import type { Deps, Reader, Writer } from './ports.ts';

/** That a version enters a slot, as somebody asks for it, and the policy that it is judged by. */
export interface AskedChange {
  readonly identity: Pick<LockedModel, 'modelId' | 'name'>;
  readonly version: ModelVersion;
  readonly record: VersionRecord | null;
  /** Where the version is. */
  readonly from: Stage;
  readonly target: Slot;
  readonly governing: GoverningPolicy;
  readonly reason: string | null;
  /** Where a reason would stand; null: the caller's wire has none. */
  readonly reasonPath: string | null;
}

/** The same of a model whose row is locked. */
export interface LockedChange extends AskedChange {
  readonly identity: LockedModel;
}

/** A change of a version's stage. */
export interface AskedTransition extends AskedChange {
  readonly to: Stage;
}

export interface LockedTransition extends AskedTransition {
  readonly identity: LockedModel;
}

/** What is asked for as a change of stage; null: it is about an alias. */
export function asTransition<T extends AskedChange>(asked: T): (T & AskedTransition) | null {
  const to = stageOfSlot(asked.target);
  return to === null ? null : { ...asked, to };
}

/** The rule of what is asked for; null: the policy has none. */
export function ruleOf({
  governing: { policy },
  from,
  target,
}: Pick<AskedChange, 'governing' | 'from' | 'target'>): RequestRule | null {
  const to = stageOfSlot(target);
  return to === null ? aliasRuleFor(policy, aliasOfSlot(target) ?? '') : ruleFor(policy, from, to);
}

/** As people say it: `enter Production`, `get the alias live`. */
export function whatIsAsked({ target }: Pick<AskedChange, 'target'>): string {
  const to = stageOfSlot(target);
  return to === null
    ? `get the alias ${aliasOfSlot(target)}`
    : `enter ${to.charAt(0).toUpperCase()}${to.slice(1)}`;
}

/** What is asked for, at a version as it is now. */
type Wish = Pick<AskedChange, 'target' | 'reason' | 'reasonPath'> & { readonly version: number };

/** It at a model that is locked now, whose version has its record afterwards. @throws `version_not_found`. */
export async function lockChange(
  deps: Deps,
  writer: Writer,
  name: string,
  wish: Wish,
): Promise<LockedChange> {
  // MLflow: an absent model shows as the absent version.
  await requireVersion(writer, name, wish.version);
  return changeOfLocked(deps, writer, await lockModel(deps, writer, name), wish);
}

/** The same where the caller has the lock, under the policy that governs the model now. @throws `version_not_found`. */
export async function changeOfLocked(
  deps: Deps,
  writer: Writer,
  identity: LockedModel,
  wish: Wish,
): Promise<LockedChange> {
  await requireRecord(deps, writer, { model: identity, version: wish.version });
  return changeUnder(writer, wish, { identity, governing: await policyOf(deps, writer, identity) });
}

/** What a request asks for, as it would be judged now. @throws `version_not_found`. */
export async function askedBy<T extends Pick<AskedChange, 'identity' | 'governing'>>(
  reader: Pick<Reader, 'modelVersions' | 'versionRecords'>,
  { version, target, reason }: KeptRequest,
  under: T,
): Promise<AskedChange & T> {
  return changeUnder(reader, { version, target, reason, reasonPath: null }, under);
}

async function changeUnder<T extends Pick<AskedChange, 'identity' | 'governing'>>(
  reader: Pick<Reader, 'modelVersions' | 'versionRecords'>,
  { version: number, ...wish }: Wish,
  under: T,
): Promise<AskedChange & T> {
  const { name } = under.identity;
  const version = await requireVersion(reader, name, number);
  const record = await reader.versionRecords.find(name, number);
  return { ...under, ...wish, version, record, from: stageOf(version, record) };
}
