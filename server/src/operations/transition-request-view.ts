import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import type { GateResult } from '../domain/gate.ts';
import { isPermitted, roleOn } from '../domain/permission.ts';
import { type Approval, isExclusive } from '../domain/policy.ts';
import type { Stage } from '../domain/stage.ts';
import type { Taint } from '../domain/taint.ts';
import { eligibilityOf, hasEnded, type Voter } from '../domain/transition-request.ts';
import { askedBy, ruleOf } from './asked-change.ts';
import { type Comparison, compare, findComparable } from './comparison.ts';
import { takeSnapshot } from './evidence.ts';
import { judgeGatesNow } from './gate.ts';
import { requireRevision } from './policy-choice.ts';
import type { KeptRequest } from './ports/transition-request.ts';
import type { Deps, Reader } from './ports.ts';
import { modelResource } from './registered-model.ts';
import { findTaints } from './taint.ts';
import { standingNow } from './transition-request-standing.ts';

type RequestAction = 'vote' | 'withdraw' | 'execute';

/** A request with everything that a person needs to decide, as one caller sees it. */
export interface RequestView {
  readonly request: KeptRequest;
  readonly modelName: string;
  /** Where the version is now; null: it is gone. */
  readonly from: Stage | null;
  readonly counting: readonly string[];
  readonly lapsed: readonly string[];
  /** What is still wanted. */
  readonly missingApprovals: readonly Approval[];
  readonly missingChecks: readonly string[];
  readonly gates: readonly GateResult[];
  /** Versions that leave the slot when it is executed now, who entered last first. */
  readonly displaces: readonly number[];
  readonly actions: readonly RequestAction[];
  /** What people are called now, by id. */
  readonly names: ReadonlyMap<string, string>;
}

/** @throws `resource_not_found`, also for a request about a model that the actor may not read. */
export async function requireRequest(
  reader: Pick<Reader, 'transitionRequests' | 'versionRecords'>,
  actor: Actor,
  requestId: string,
): Promise<{ readonly request: KeptRequest; readonly modelName: string }> {
  const request = await reader.transitionRequests.find(requestId);
  const model = request === null ? null : await reader.versionRecords.findModel(request.modelId);
  if (request === null || model === null || !isPermitted(actor, 'read-metadata', modelResource(model.name)))
    throw new RegistryError('resource_not_found', {
      message: `There is no transition request ${requestId}.`,
    });
  return { request, modelName: model.name };
}

/** One request, compared with who is there. */
export interface ComparedRequest extends RequestView {
  /** The version whose place it wants against the one that is asked for; null: nobody is there, or it has ended. */
  readonly comparison: Comparison | null;
  /** Bad data that the version depends on, which keep it from production; none once the request has ended. */
  readonly taints: readonly Taint[];
}

/** One request. @throws as `requireRequest`. */
export async function getTransitionRequest(
  deps: Deps,
  actor: Actor,
  requestId: string,
): Promise<ComparedRequest> {
  return deps.store.read(async (reader) => {
    const found = await requireRequest(reader, actor, requestId);
    const view = await viewRequest(deps, reader, actor, found);
    const { modelId, version, state } = found.request;
    const taints = hasEnded(state) ? [] : await findTaints(reader, { modelId, version });
    return { ...view, taints, comparison: await compareWithIncumbent(reader, actor, found) };
  });
}

async function compareWithIncumbent(
  reader: Reader,
  actor: Actor,
  { request, modelName }: { readonly request: KeptRequest; readonly modelName: string },
): Promise<Comparison | null> {
  if (hasEnded(request.state)) return null;
  const [incumbent] = await rivalsOf(reader, request);
  const there = incumbent === undefined ? null : await reader.modelVersions.find(modelName, incumbent);
  const asked = await reader.modelVersions.find(modelName, request.version);
  if (there === null || asked === null) return null;
  const versions = [there, asked];
  const [v1, v2] = await findComparable(reader, actor, { name: modelName, versions });
  const { policy } = await requireRevision(reader, request.policyName, request.policyRevision);
  return v1 === undefined || v2 === undefined ? null : compare(v1, v2, policy.metrics);
}

/** Other versions in the slot, who entered last first. */
async function rivalsOf(
  reader: Reader,
  { modelId, target, version }: Pick<KeptRequest, 'modelId' | 'target' | 'version'>,
): Promise<readonly number[]> {
  return (await reader.slots.listHolders(modelId, target)).filter((one) => one !== version);
}

/** How the request stands for this caller. */
export async function viewRequest(
  deps: Deps,
  reader: Reader,
  actor: Actor,
  { request, modelName }: { readonly request: KeptRequest; readonly modelName: string },
): Promise<RequestView> {
  const ids = [...request.requesters, ...request.votes.map(({ subjectId }) => subjectId)];
  const names = await reader.subjects.names(ids);
  const ended: RequestView = {
    request,
    modelName,
    from: null,
    counting: [],
    lapsed: [],
    missingApprovals: [],
    missingChecks: [],
    gates: [],
    displaces: [],
    actions: [],
    names,
  };
  const version = await reader.modelVersions.find(modelName, request.version);
  if (version === null) return ended;
  const governing = await requireRevision(reader, request.policyName, request.policyRevision);
  const identity = { modelId: request.modelId, name: modelName };
  const asked = await askedBy(reader, request, { identity, governing });
  if (hasEnded(request.state)) return { ...ended, from: asked.from };
  const rule = ruleOf(asked);
  if (rule === null) return { ...ended, from: asked.from, actions: ownActions(actor, request, modelName) };
  const snapshot = await takeSnapshot(deps, reader, {
    modelId: request.modelId,
    version,
    gates: rule.gates,
  });
  const standing = await standingNow(deps, reader, { request, rule, snapshot, model: modelName });
  const mayVote =
    isVotePermitted(actor) && eligibilityOf(asVoter(actor, modelName), standing.electorate) === 'eligible';
  const mayExecute = request.state === 'approved' && isPermitted(actor, 'execute', modelResource(modelName));
  return {
    ...ended,
    from: asked.from,
    counting: standing.counting,
    lapsed: standing.lapsed,
    missingApprovals: rule.approvals
      .map(({ from }, index) => ({ required: standing.missing[index] ?? 0, from }))
      .filter(({ required }) => required > 0),
    missingChecks: standing.missingChecks,
    gates: await judgeGatesNow(deps, reader, asked, { gates: rule.gates, candidate: snapshot.gated }),
    displaces: isExclusive(governing.policy, request.target) ? await rivalsOf(reader, request) : [],
    actions: [
      ...(mayVote ? (['vote'] as const) : []),
      ...ownActions(actor, request, modelName),
      ...(mayExecute ? (['execute'] as const) : []),
    ],
  };
}

/** The caller as somebody who might vote; the token in use narrows that. */
export function asVoter(actor: Actor, model: string): Voter {
  const { subjectId, kind, groups = [] } = actor;
  return { subjectId, kind, role: roleOn(actor, model), groups, isDisabled: false };
}

/** A token must say that it is for approving; whoever signed in otherwise needs no more than to be asked. */
export function isVotePermitted({ token }: Actor): boolean {
  return token === undefined || token === null || token.scopes.includes('approve');
}

function ownActions(actor: Actor, request: KeptRequest, model: string): readonly 'withdraw'[] {
  return mayWithdraw(actor, request, model) ? ['withdraw'] : [];
}

/** Whoever asked for it, and admins. */
export function mayWithdraw(actor: Actor, request: KeptRequest, model: string): boolean {
  return request.requesters.includes(actor.subjectId) || isPermitted(actor, 'override', modelResource(model));
}
