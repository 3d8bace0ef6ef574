import type { RequestRule } from '../domain/policy.ts';
import { type Electorate, type Standing, standingOf } from '../domain/transition-request.ts';
import { type AskedChange, ruleOf, whatIsAsked } from './asked-change.ts';
import { electorateOf, findVoters, missingChecks } from './electorate.ts';
import { type Snapshot, takeSnapshot } from './evidence.ts';
import type { KeptRequest } from './ports/transition-request.ts';
import type { Deps, Reader } from './ports.ts';

/** What a request still lacks. */
export interface RequestStanding extends Standing {
  readonly missingChecks: readonly string[];
  /** By whom it was counted. */
  readonly electorate: Electorate;
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
    readonly rule: RequestRule;
    readonly snapshot: Snapshot;
    readonly model: string;
  },
): Promise<RequestStanding> {
  const electorate = await electorateOf(reader, request, rule);
  const subjectIds = request.votes.map(({ subjectId }) => subjectId);
  const voters = await findVoters(deps, reader, { subjectIds, model });
  const standing = standingOf(request, electorate, voters);
  const missing = await missingChecks(reader, rule, { snapshot, ...electorate });
  const isMet = standing.isMet && missing.length === 0;
  return { ...standing, missingChecks: missing, electorate, isMet };
}

/** What is wanted, and where that is given: the same sentence on both wires. */
export async function waitingSentence(
  deps: Deps,
  reader: Reader,
  asked: AskedChange,
  request: KeptRequest,
): Promise<string> {
  const rule = requireRule(asked);
  const { modelId, requestId, policyName, policyRevision } = request;
  const snapshot = await takeSnapshot(deps, reader, {
    modelId,
    version: asked.version,
    gates: rule.gates,
  });
  const { name } = asked.identity;
  const standing = await standingNow(deps, reader, { request, rule, snapshot, model: name });
  const votes = standing.missing.reduce((sum, count) => sum + count, 0);
  const wanted = [
    ...(votes > 0 ? [`${votes} approval${votes === 1 ? '' : 's'}`] : []),
    ...standing.missingChecks.map((check) => `the check ${check}`),
  ];
  const what = wanted.length === 0 ? 'execution' : wanted.join(' and ');
  return `${name} version ${request.version} needs ${what} to ${whatIsAsked(asked)} (policy ${policyName}, revision ${policyRevision}). Request ${requestId} is ${request.state}; approve it at ${deps.governance.baseUrl}/api/v1/transition-requests/${requestId}`;
}

/** @throws when the policy has none: that was judged before. */
export function requireRule(asked: AskedChange): RequestRule {
  const rule = ruleOf(asked);
  if (rule === null) throw new Error(`policy ${asked.governing.policy.name} has no rule for ${asked.target}`);
  return rule;
}
