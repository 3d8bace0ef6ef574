import type { Actor } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { roleOn } from '../domain/permission.ts';
import {
  freezeAt,
  ruleFor,
  stagesAfter,
  stagesBefore,
  type TransitionRule,
  wantsVotes,
} from '../domain/policy.ts';
import { renderSemanticVersion } from '../domain/semantic-version.ts';
import { aliasOfSlot, stageSlot } from '../domain/slot.ts';
import { taintText } from '../domain/taint.ts';
import { isOneOf } from '../domain/transition-request.ts';
import { type AskedChange, type AskedTransition, asTransition, ruleOf } from './asked-change.ts';
import { takeSnapshot } from './evidence.ts';
import { judgeGatesNow } from './gate.ts';
import { isOpen } from './policy-choice.ts';
import type { Deps, Reader } from './ports.ts';
import { findTaints } from './taint.ts';
import { isVerified } from './verification.ts';

/** Who may ask, and why, is judged when it is asked; everything else also when it is executed. */
type Moment = 'asking' | 'execution';

/** The same for stages and for aliases, which have nothing but approvals. @throws as `judgeTransition`. */
export async function judgeChange(
  deps: Deps,
  reader: Reader,
  actor: Actor,
  asked: AskedChange,
  moment: Moment = 'asking',
): Promise<boolean> {
  const transition = asTransition(asked);
  if (transition !== null) return judgeTransition(deps, reader, actor, transition, moment);
  const rule = ruleOf(asked);
  if (rule === null)
    throw new RegistryError('transition_not_allowed', {
      message: `Policy ${asked.governing.policy.name} protects no alias ${aliasOfSlot(asked.target)}; who may move aliases sets it without a request.`,
      allowed: [],
    });
  await requireIntact(reader, asked);
  return wantsVotes(rule);
}

/**
 * Whether it waits for votes or checks, where the policy lets it happen. Everything but those is judged here.
 * @throws `transition_not_allowed`, `permission_denied`, `invalid_argument` (no reason), `version_not_sealed`, `version_damaged`, `version_tainted`,
 * `prerelease_not_allowed`, `gate_failed`.
 */
export async function judgeTransition(
  deps: Deps,
  reader: Reader,
  actor: Actor,
  asked: AskedTransition,
  moment: Moment = 'asking',
): Promise<boolean> {
  const { policy } = asked.governing;
  if (isOpen(policy)) return false;
  const rule = ruleFor(policy, asked.from, asked.to);
  if (rule === null) throw noSuchWay(asked);
  if (moment === 'asking') {
    requireAsker(actor, asked, rule);
    requireReason(asked, rule);
  }
  requireRelease(asked);
  requireSeal(asked, rule.sealed);
  await requireIntact(reader, asked);
  await requireUntainted(reader, asked);
  await requireSoak(deps, reader, asked, rule);
  requireThaw(deps, asked);
  await requireGates(deps, reader, asked, rule);
  return rule.checks.length > 0 || wantsVotes(rule);
}

/** What force does not pass: files that are not sealed or not what was sealed, bad data, and pre-releases. */
export async function judgeForced(reader: Reader, asked: AskedTransition): Promise<void> {
  requireRelease(asked);
  await requireIntact(reader, asked);
  await requireUntainted(reader, asked);
  const { policy } = asked.governing;
  const isSealed = policy.transitions.some((rule) => rule.to === asked.to && rule.sealed);
  requireSeal(asked, isSealed);
}

function nameOf({ identity, version }: AskedTransition): string {
  return `${identity.name} version ${version.version}`;
}

/** Says where the policy would lead, so that nobody has to guess. */
function noSuchWay(asked: AskedTransition): RegistryError<'transition_not_allowed'> {
  const { from, to, governing } = asked;
  const before = stagesBefore(governing.policy, to);
  const way =
    before.length === 0
      ? `policy ${governing.policy.name} never leads to ${to}`
      : `policy ${governing.policy.name} leads to ${to} only from ${before.join(' or ')}`;
  return new RegistryError('transition_not_allowed', {
    message: `${nameOf(asked)} is in ${from}; ${way}.`,
    allowed: stagesAfter(governing.policy, from),
  });
}

function requireAsker(actor: Actor, asked: AskedTransition, { by }: TransitionRule): void {
  const role = roleOn(actor, asked.identity.name);
  if (isOneOf({ role, groups: actor.groups ?? [] }, by)) return;
  const wanted = by.map((one) => (one.kind === 'role' ? `role ${one.role}` : `group ${one.group}`));
  throw new RegistryError('permission_denied', {
    message: `${actor.displayName} may not move ${nameOf(asked)} from ${asked.from} to ${asked.to}; policy ${asked.governing.policy.name} wants ${wanted.join(' or ')}.`,
  });
}

function requireReason(asked: AskedTransition, rule: TransitionRule): void {
  if (!rule.reasonRequired || (asked.reason !== null && asked.reason.trim() !== '')) return;
  const message = `Moving ${nameOf(asked)} from ${asked.from} to ${asked.to} needs a reason (policy ${asked.governing.policy.name}).`;
  if (asked.reasonPath !== null) throw invalidArgument(message, asked.reasonPath);
  throw new RegistryError('transition_not_allowed', {
    message: `${message} This call has no room for one; use POST /api/v1/models/transition.`,
    allowed: stagesAfter(asked.governing.policy, asked.from),
  });
}

function requireRelease({ identity, version, record, to }: AskedTransition): void {
  const label = record?.semanticVersion ?? null;
  if (to === 'production' && label !== null && label.prerelease !== '')
    throw new RegistryError('prerelease_not_allowed', {
      name: identity.name,
      version: version.version,
      label: renderSemanticVersion(label),
    });
}

function requireSeal({ identity, version, record, to }: AskedTransition, isWanted: boolean): void {
  if (isWanted && record?.seal !== 'sealed')
    throw new RegistryError('version_not_sealed', {
      name: identity.name,
      version: version.version,
      stage: to,
    });
}

/** Whoever asks has the files read before; here it is about what was found. @throws `version_damaged`. */
export async function requireIntact(
  reader: Pick<Reader, 'verifications'>,
  { identity: { modelId, name }, version: { version }, target }: AskedChange,
): Promise<void> {
  if (!isVerified(target)) return;
  const damage = (await reader.verifications.find(modelId, version))?.damage ?? null;
  if (damage !== null) throw new RegistryError('version_damaged', { name, version, path: damage });
}

/** Nothing that was made from bad data enters production. @throws `version_tainted`. */
async function requireUntainted(
  reader: Pick<Reader, 'taints'>,
  { identity: { modelId, name }, version: { version }, to }: AskedTransition,
): Promise<void> {
  if (to !== 'production') return;
  const taints = await findTaints(reader, { modelId, version });
  if (taints.length > 0)
    throw new RegistryError('version_tainted', { name, version, taints: taints.map(taintText) });
}

async function requireSoak(
  deps: Deps,
  reader: Reader,
  asked: AskedTransition,
  { soakMs }: TransitionRule,
): Promise<void> {
  if (soakMs === null) return;
  const { identity, version, from } = asked;
  const page = { after: null, limit: 1_000 };
  const stays = await reader.slots.listIntervals(identity.modelId, stageSlot(from), page);
  const stay = stays.find((one) => one.version === version.version && one.toMs === null);
  const untilMs = Number(stay?.fromMs ?? deps.clock.now()) + soakMs;
  if (untilMs > deps.clock.now())
    throw new RegistryError('transition_not_allowed', {
      message: `${nameOf(asked)} has to stay in ${from} until ${new Date(untilMs).toISOString()} (policy ${asked.governing.policy.name}).`,
      allowed: [],
    });
}

function requireThaw(deps: Deps, asked: AskedTransition): void {
  const { policy } = asked.governing;
  const freeze = freezeAt(policy, asked.to, deps.clock.now());
  if (freeze === null) return;
  const why = freeze.reason === null ? '' : `: ${freeze.reason}`;
  throw new RegistryError('transition_not_allowed', {
    message: `Nothing enters ${asked.to} until ${new Date(freeze.toMs).toISOString()} (policy ${policy.name}${why}).`,
    allowed: [],
  });
}

async function requireGates(
  deps: Deps,
  reader: Reader,
  asked: AskedTransition,
  rule: TransitionRule,
): Promise<void> {
  if (rule.gates.length === 0) return;
  const { modelId } = asked.identity;
  const { gated } = await takeSnapshot(deps, reader, { modelId, version: asked.version, gates: rule.gates });
  const results = await judgeGatesNow(deps, reader, asked, { gates: rule.gates, candidate: gated });
  const failed = results.filter(({ outcome }) => outcome !== 'passed');
  if (failed.length > 0)
    throw new RegistryError('gate_failed', {
      message: `${nameOf(asked)} does not pass ${failed.length === 1 ? 'a gate' : `${failed.length} gates`} of policy ${asked.governing.policy.name}: ${failed.map(({ detail }) => detail).join('; ')}.`,
      gates: results,
    });
}
