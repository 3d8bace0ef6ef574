import type { Actor } from '../domain/actor.ts';
import { applyToRequest } from '../domain/transition-request.ts';
import { recordEvent } from './audit.ts';
import type { KeptRequest } from './ports/transition-request.ts';
import type { Deps, Writer } from './ports.ts';

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
      ...(decision !== undefined && { decision, evidence_digest: `sha256:${request.evidenceDigest}` }),
      ...(displaced !== undefined && { displaced: displaced.map(String) }),
    },
  });
}
