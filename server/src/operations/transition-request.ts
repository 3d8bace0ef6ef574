import type { Actor } from '../domain/actor.ts';
import { isRegistryError, RegistryError } from '../domain/errors.ts';
import { ruleFor, type TransitionRule } from '../domain/policy.ts';
import { stageSlot } from '../domain/slot.ts';
import type { Stage } from '../domain/stage.ts';
import {
  applyToRequest,
  type Electorate,
  hasEnded,
  type RequestCommand,
  type Standing,
  settleRequest,
  standingOf,
} from '../domain/transition-request.ts';
import { stageOf } from '../domain/version-stage.ts';
import { recordEvent } from './audit.ts';
import { electorateOf, findVoters, missingChecks } from './electorate.ts';
import { type Snapshot, takeSnapshot } from './evidence.ts';
import { requireVersion } from './model-version.ts';
import { requireRevision } from './policy-choice.ts';
import type { KeptRequest } from './ports/transition-request.ts';
import type { Deps, Reader, Writer } from './ports.ts';
import { moveInUnit } from './stage-move.ts';
import { type AskedTransition, judgeTransition, type LockedTransition } from './transition-guard.ts';

/** What a request still lacks. */
export interface RequestStanding extends Standing {
  readonly missingChecks: readonly string[];
  /** By whom it was counted. */
  readonly electorate: Electorate;
}

/**
 * Opens the request that a transition needs, or finds the one that is open and adds who asks. It is executed at once
 * when nothing is wanted any more. In the caller's unit of work, whose model is locked; the transition was judged.
 */
export async function requestInUnit(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  asked: LockedTransition,
): Promise<KeptRequest> {
  const { identity, version, to, governing } = asked;
  const { modelId } = identity;
  const target = stageSlot(to);
  const nowMs = deps.clock.now();
  const open = await writer.transitionRequests.findOpen(modelId, version.version, target);
  const known = open === null ? null : await endIfExpired(deps, writer, actor, open);
  if (known !== null && !hasEnded(known.state)) {
    const again = { ...known, ...applyToRequest(known, { kind: 'ask', subjectId: actor.subjectId }) };
    return advance(deps, writer, actor, { request: again, asked });
  }
  const rule = requireRule(asked);
  const { digest, evidenceDigest, document } = await takeSnapshot(deps, writer, { modelId, version });
  const request: KeptRequest = {
    requestId: deps.ids.uuid(),
    modelId,
    version: version.version,
    target,
    state: 'open',
    requesters: [actor.subjectId],
    votes: [],
    digest,
    evidenceDigest,
    evidence: document,
    openedAtMs: nowMs,
    expiresAtMs: rule.expiresAfterMs === null ? null : nowMs + rule.expiresAfterMs,
    endedAtMs: null,
    policyName: governing.policy.name,
    policyRevision: governing.revision,
    reason: asked.reason,
    endedBy: null,
    endReason: null,
  };
  await writer.transitionRequests.insert(request);
  await recordRequest(deps, writer, actor, {
    action: 'transition_request.create',
    request,
    name: identity.name,
  });
  return advance(deps, writer, actor, { request, asked });
}

/** Writes down that a request ran out of time. */
export async function endIfExpired(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  request: KeptRequest,
): Promise<KeptRequest> {
  const expired = applyToRequest(request, { kind: 'expire', atMs: deps.clock.now() });
  return expired === null ? request : end(deps, writer, actor, { ...request, ...expired });
}

/** Keeps a request that a command has just ended. */
export async function end(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  request: KeptRequest,
  reason: string | null = null,
): Promise<KeptRequest> {
  const ended = { ...request, endedBy: actor.subjectId, endReason: reason };
  await writer.transitionRequests.update(ended);
  await recordRequest(deps, writer, actor, {
    action: request.state === 'withdrawn' ? 'transition_request.withdraw' : 'transition_request.end',
    request: ended,
  });
  return ended;
}

/**
 * Looks at a request anew: what it is about may have changed, and its votes may suffice. Then it is executed, unless the
 * policy wants that by hand, or something holds it up: then it stays approved. The request is kept.
 */
export async function advance(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { request, asked }: { readonly request: KeptRequest; readonly asked: LockedTransition },
): Promise<KeptRequest> {
  const governing = await requireRevision(writer, request.policyName, request.policyRevision);
  const rule = ruleFor(governing.policy, asked.from, asked.to);
  const snapshot = await takeSnapshot(deps, writer, { modelId: request.modelId, version: asked.version });
  const renewed = renew(request, snapshot);
  if (rule === null) {
    await writer.transitionRequests.update(renewed);
    return renewed;
  }
  const standing = await standingNow(deps, writer, {
    request: renewed,
    rule,
    snapshot,
    model: asked.identity.name,
  });
  const settled = { ...renewed, ...settleRequest(renewed, standing) };
  if (settled.state === 'approved' && rule.execute === 'on_approval')
    try {
      return await executeInUnit(deps, writer, actor, { request: settled, asked: { ...asked, governing } });
    } catch (error) {
      // A freeze, a soak, a gate: it waits, and can be executed by hand.
      if (!isHeldUp(error)) throw error;
    }
  await writer.transitionRequests.update(settled);
  return settled;
}

function isHeldUp(error: unknown): boolean {
  return (['transition_not_allowed', 'gate_failed', 'version_not_sealed'] as const).some((code) =>
    isRegistryError(error, code),
  );
}

/** What it was opened with, as far as that still holds. */
function renew(request: KeptRequest, { digest, evidenceDigest, document }: Snapshot): KeptRequest {
  if (request.digest === digest && request.evidenceDigest === evidenceDigest) return request;
  const command: RequestCommand = { kind: 'renew_evidence', digest, evidenceDigest };
  return { ...request, ...applyToRequest(request, command), evidence: document };
}

/** How the votes and checks of a request stand now. */
export async function standingNow(
  deps: Pick<Deps, 'signInRules'>,
  reader: Reader,
  {
    request,
    rule,
    snapshot,
    model,
  }: {
    readonly request: KeptRequest;
    readonly rule: TransitionRule;
    readonly snapshot: Snapshot;
    readonly model: string;
  },
): Promise<RequestStanding> {
  const electorate = await electorateOf(reader, request, rule);
  const subjectIds = request.votes.map(({ subjectId }) => subjectId);
  const voters = await findVoters(deps, reader, { subjectIds, model });
  const standing = standingOf(request, electorate, voters);
  const reporters = snapshot.checks.map(({ reporter }) => reporter);
  const missing = missingChecks(rule, snapshot.checks, {
    digest: snapshot.digest,
    authors: electorate.authors,
    names: await reader.subjects.names(reporters),
  });
  const isMet = standing.isMet && missing.length === 0;
  return { ...standing, missingChecks: missing, electorate, isMet };
}

/**
 * Makes what an approved request asks for, after judging it again: files, gates, checks, votes and the rule are what
 * they are now. Others that wanted the same exclusive slot are superseded.
 * @throws as `judgeTransition`; `request_not_open`.
 */
export async function executeInUnit(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { request, asked }: { readonly request: KeptRequest; readonly asked: LockedTransition },
): Promise<KeptRequest> {
  const { requestId } = request;
  const atMs = deps.clock.now();
  const executed = applyToRequest(request, { kind: 'execute', atMs });
  if (executed === null) throw new RegistryError('request_not_open', { requestId, state: request.state });
  // Who executes need not be one of those who may ask: that was judged when it was asked.
  await judgeTransition(
    deps,
    writer,
    actor,
    { ...asked, reason: request.reason ?? asked.reason },
    'execution',
  );
  const { to, governing } = asked;
  const displacedTo = governing.policy.exclusive.get(to) ?? null;
  const { displaced } = await moveInUnit(deps, writer, actor, {
    ...asked,
    reason: request.reason,
    origin: 'request',
    requestId,
    displacedTo,
  });
  const kept: KeptRequest = { ...request, ...executed, endedBy: actor.subjectId };
  await writer.transitionRequests.update(kept);
  await recordRequest(deps, writer, actor, {
    action: 'transition_request.execute',
    request: kept,
    name: asked.identity.name,
    displaced: displaced.map(({ version }) => version),
  });
  if (displacedTo !== null) await supersedeOthers(deps, writer, actor, kept);
  return kept;
}

async function supersedeOthers(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  executed: KeptRequest,
): Promise<void> {
  for (const other of await writer.transitionRequests.listOpen(executed.modelId, null)) {
    if (other.target !== executed.target) continue;
    const superseded = applyToRequest(other, { kind: 'supersede', atMs: deps.clock.now() });
    if (superseded !== null)
      await end(
        deps,
        writer,
        actor,
        { ...other, ...superseded },
        `version ${executed.version} entered first`,
      );
  }
}

function requireRule({ governing, from, to }: AskedTransition): TransitionRule {
  const rule = ruleFor(governing.policy, from, to);
  if (rule === null) throw new Error(`policy ${governing.policy.name} has no rule from ${from} to ${to}`);
  return rule;
}

interface RequestEntry {
  readonly action: `transition_request.${'create' | 'vote' | 'withdraw' | 'execute' | 'end'}`;
  readonly request: KeptRequest;
  readonly name?: string;
  readonly displaced?: readonly number[];
  readonly decision?: string;
  readonly reason?: string | null;
}

export async function recordRequest(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { action, request, name, displaced, decision, reason }: RequestEntry,
): Promise<void> {
  const model = name ?? (await writer.versionRecords.findModel(request.modelId))?.name ?? null;
  await recordEvent(deps, writer, actor, {
    action,
    object: {
      kind: 'transition_request',
      id: request.requestId,
      name: model,
      version: request.version,
      digest: request.digest,
    },
    reason: reason ?? request.endReason ?? request.reason,
    after: {
      target: request.target,
      state: request.state,
      policy: `${request.policyName}/${request.policyRevision}`,
      ...(decision !== undefined && { decision, evidence_digest: request.evidenceDigest }),
      ...(displaced !== undefined && { displaced: displaced.map(String) }),
    },
  });
}

/** What is wanted, and where that is given: the same sentence on both wires. */
export async function waitingSentence(
  deps: Deps,
  reader: Reader,
  asked: AskedTransition,
  request: KeptRequest,
): Promise<string> {
  const rule = requireRule(asked);
  const { modelId, requestId, policyName, policyRevision } = request;
  const snapshot = await takeSnapshot(deps, reader, { modelId, version: asked.version });
  const { name } = asked.identity;
  const standing = await standingNow(deps, reader, { request, rule, snapshot, model: name });
  const votes = standing.missing.reduce((sum, count) => sum + count, 0);
  const wanted = [
    ...(votes > 0 ? [`${votes} approval${votes === 1 ? '' : 's'}`] : []),
    ...standing.missingChecks.map((check) => `the check ${check}`),
  ];
  const stage = capital(asked.to);
  const what = wanted.length === 0 ? 'execution' : wanted.join(' and ');
  return `${name} version ${request.version} needs ${what} to enter ${stage} (policy ${policyName}, revision ${policyRevision}). Request ${requestId} is ${request.state}; approve it at ${deps.governance.baseUrl}/api/v1/transition-requests/${requestId}`;
}

function capital(stage: Stage): string {
  return stage.charAt(0).toUpperCase() + stage.slice(1);
}

/** What a request asks for, as it would be judged now. @throws `version_not_found`. */
export async function askedBy<T extends Pick<AskedTransition, 'identity' | 'governing'>>(
  reader: Pick<Reader, 'modelVersions' | 'versionRecords'>,
  request: KeptRequest,
  under: T,
): Promise<AskedTransition & T> {
  const { version: number } = request;
  const { name } = under.identity;
  const version = await requireVersion(reader, name, number);
  const record = await reader.versionRecords.find(name, number);
  const to = request.target.slice('stage:'.length) as Stage;
  const { reason } = request;
  return { ...under, version, record, from: stageOf(version, record), to, reason, reasonPath: null };
}
