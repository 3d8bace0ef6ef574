import { renderSemanticVersion } from '../domain/semantic-version.ts';
import type { Approved, Tombstone } from '../domain/tombstone.ts';
import type { VersionRecord } from '../domain/version-record.ts';
import type { KeptRequest } from './ports/transition-request.ts';
import type { Reader } from './ports.ts';

export type ApprovalReader = Pick<Reader, 'transitionRequests' | 'subjects' | 'purges'>;

/** What stays of deleted versions of one model, in their order. */
export async function tombstonesOf(
  reader: ApprovalReader,
  records: readonly VersionRecord[],
): Promise<{ readonly version: number; readonly tombstone: Tombstone }[]> {
  const [first] = records;
  if (first === undefined) return [];
  const numbers = records.map(({ version }) => version);
  const requests = await reader.transitionRequests.listExecuted(first.modelId, numbers);
  const purges = await reader.purges.listOf(first.modelId, numbers);
  const approvals = Map.groupBy(await describeApproved(reader, requests), ({ version }) => version);
  return records.map(({ version, semanticVersion, digest, facts, deletedAtMs }) => ({
    version,
    tombstone: {
      semanticVersion: semanticVersion && renderSemanticVersion(semanticVersion),
      digest,
      facts,
      approvals: approvals.get(version) ?? [],
      deletedAtMs: deletedAtMs ?? 0,
      purgedAtMs: purges.get(version)?.begunAtMs ?? null,
    },
  }));
}

/** Executed requests, with people by the names that they have now. */
export async function describeApproved(
  { subjects }: Pick<ApprovalReader, 'subjects'>,
  requests: readonly KeptRequest[],
): Promise<readonly Approved[]> {
  const ids = requests.flatMap(({ requesters, votes }) => [
    ...requesters,
    ...votes.map(({ subjectId }) => subjectId),
  ]);
  const names = ids.length === 0 ? new Map<string, string>() : await subjects.names(ids);
  const named = (subjectId: string) => ({ subjectId, name: names.get(subjectId) ?? subjectId });
  return requests.map((request) => ({
    requestId: request.requestId,
    version: request.version,
    target: request.target,
    policyName: request.policyName,
    policyRevision: request.policyRevision,
    requesters: request.requesters.map(named),
    votes: request.votes.map(({ subjectId, ...vote }) => ({ ...vote, voter: named(subjectId) })),
    evidenceDigest: request.evidenceDigest,
    openedAtMs: request.openedAtMs,
    executedAtMs: request.endedAtMs,
  }));
}
