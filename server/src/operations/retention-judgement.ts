import type { Hold } from '../domain/hold.ts';
import { keptVersionId } from '../domain/lineage-edge.ts';
import { type Policy, ruleFor, wantsVotes } from '../domain/policy.ts';
import { type Due, dueOf, NEWCOMER_MS, periodsFor } from '../domain/retention.ts';
import { isOneOf } from '../domain/transition-request.ts';
import { whyKept } from './keeper.ts';
import { findLiveDescendants } from './live-descendant.ts';
import { isOpen, type PolicyChooser, policyChooser } from './policy-choice.ts';
import type { RetainedVersion } from './ports/retention.ts';
import type { Deps, Reader } from './ports.ts';
import { retentionNow } from './retention-clock.ts';

/** A version whose time has run out. */
export interface Judged {
  readonly version: RetainedVersion;
  readonly due: Due;
  /** Why it stays all the same, in a few words; null: it does not. */
  readonly keptBy: string | null;
}

/** What versions are judged by. */
export interface Judgement extends Pick<PolicyChooser, 'policyFor'> {
  readonly nowMs: number;
  /** How many newer versions make a difference. */
  readonly countNewer: number;
}

/** @throws `clock_jumped`. */
export async function judgementNow(deps: Deps, reader: Reader): Promise<Judgement> {
  const { policies, policyFor } = await policyChooser(deps, reader);
  const countNewer = Math.max(...policies.map(({ retention }) => retention.keepLast));
  return { nowMs: await retentionNow(deps, reader), policyFor, countNewer };
}

type JudgementReader = Pick<Reader, 'retention' | 'retentionKeepers'>;

/**
 * Those whose time has run out, in their order, with what keeps them. In as many statements for many as for few.
 */
export async function judgeVersions(
  deps: Pick<Deps, 'retention'>,
  reader: JudgementReader,
  versions: readonly RetainedVersion[],
  by: Judgement,
): Promise<readonly Judged[]> {
  const policies = new Map(
    versions.map(({ modelId, modelName: name, assignedPolicy: assigned }) => [modelId, { name, assigned }]),
  );
  const policyOf = new Map([...policies].map(([modelId, model]) => [modelId, by.policyFor(model)]));
  const governed = versions.flatMap((version) => {
    const policy = policyOf.get(version.modelId);
    return policy === undefined ? [] : [{ version, policy }];
  });
  const due = await findDue(deps, reader, governed, by.nowMs);
  // Time takes nothing out of production: of those nothing more has to be known.
  const atRisk = due.filter(({ due: { action } }) => action !== 'review').map(({ version }) => version);
  const keepers = await loadKeepers(reader, atRisk);
  return due.map(({ version, policy, due: one }) => ({
    version,
    due: one,
    keptBy:
      one.action === 'review' ? 'live' : whyRetained({ version, policy, due: one, keepers, nowMs: by.nowMs }),
  }));
}

interface Governed {
  readonly version: RetainedVersion;
  readonly policy: Policy;
}

/** Tags only lengthen periods, so that only those are asked for whose time has run out without. */
async function findDue(
  { retention }: Pick<Deps, 'retention'>,
  reader: Pick<Reader, 'retention'>,
  governed: readonly Governed[],
  nowMs: number,
): Promise<readonly (Governed & { readonly due: Due })[]> {
  const none = new Map<string, string>();
  const dueWith = ({ version, policy }: Governed, tags: ReadonlyMap<string, string>) =>
    dueOf(version, periodsFor(retention.periods, policy.retention, tags), nowMs);
  const first = governed.flatMap((one) => {
    const due = dueWith(one, none);
    return due === null ? [] : [{ ...one, due }];
  });
  const tagged = first.filter(({ policy }) => policy.retention.tags.length > 0);
  if (tagged.length === 0) return first;
  const keys = new Set(tagged.flatMap(({ policy }) => policy.retention.tags.map(({ key }) => key)));
  const found = await reader.retention.listTags(
    tagged.map(({ version }) => version),
    [...keys],
  );
  const tags = Map.groupBy(found, placeOf);
  return first.flatMap((one) => {
    const own = new Map((tags.get(placeOf(one.version)) ?? []).map(({ key, value }) => [key, value]));
    const due = own.size === 0 ? one.due : dueWith(one, own);
    return due === null ? [] : [{ ...one, due }];
  });
}

/** What may keep any of the versions, by what it is about. */
interface Loaded {
  readonly holds: ReadonlyMap<string, readonly Hold[]>;
  readonly requests: ReadonlyMap<string, readonly { readonly version: number; readonly requestId: string }[]>;
  readonly aliases: ReadonlyMap<string, readonly { readonly version: number; readonly alias: string }[]>;
  /** By the id of the version's node: something live that was made from it. */
  readonly descendants: ReadonlyMap<string, string>;
}

async function loadKeepers(reader: JudgementReader, versions: readonly RetainedVersion[]): Promise<Loaded> {
  const modelIds = [...new Set(versions.map(({ modelId }) => modelId))];
  const modelNames = [...new Set(versions.map(({ modelName }) => modelName))];
  const { retentionKeepers } = reader;
  return {
    holds: Map.groupBy(await retentionKeepers.listHolds(modelIds), ({ modelId }) => modelId),
    requests: Map.groupBy(await retentionKeepers.listRequests(modelIds), ({ modelId }) => modelId),
    aliases: Map.groupBy(await retentionKeepers.listAliases(modelNames), ({ modelName }) => modelName),
    descendants: await findLiveDescendants(reader, versions),
  };
}

function whyRetained({
  version,
  policy,
  due,
  keepers,
  nowMs,
}: Governed & { readonly due: Due; readonly keepers: Loaded; readonly nowMs: number }): string | null {
  if (version.registeredAtMs + NEWCOMER_MS > nowMs) return 'registered less than an hour ago';
  const { modelId, modelName } = version;
  const all = keepers.aliases.get(modelName) ?? [];
  // Under any alias somebody may look for the files; archived it can still be found.
  const isGuarded = ({ alias }: { readonly alias: string }) =>
    !isOpen(policy) && policy.aliases.has(alias.toLowerCase());
  const kept = whyKept(
    {
      policy,
      holds: keepers.holds.get(modelId) ?? [],
      requests: keepers.requests.get(modelId) ?? [],
      aliases: all.filter(isGuarded),
    },
    version.version,
  );
  if (kept !== null) return kept;
  const alias = all.find((one) => one.version === version.version);
  if (due.action === 'purge' && alias !== undefined) return `under the alias ${alias.alias}`;
  return (
    keptByPast(version, policy, nowMs) ??
    keepers.descendants.get(keptVersionId(modelId, version.version)) ??
    keptByPlace(version, policy) ??
    (due.action === 'purge' ? whyNotPurged(version) : whyNotArchived(version, policy))
  );
}

function keptByPast({ leftProductionAtMs }: RetainedVersion, policy: Policy, nowMs: number): string | null {
  if (leftProductionAtMs === null) return null;
  if (leftProductionAtMs === Number.POSITIVE_INFINITY) return 'live';
  const left = new Date(leftProductionAtMs).toISOString();
  if (leftProductionAtMs + (policy.rollbackWindowMs ?? 0) > nowMs)
    return `in production until ${left}; policy ${policy.name} still lets it come back`;
  if (leftProductionAtMs + (policy.retention.everInProductionMs ?? 0) > nowMs)
    return `in production until ${left}; policy ${policy.name} keeps what was there`;
  return null;
}

function keptByPlace({ newer }: RetainedVersion, { name, retention }: Policy): string | null {
  return newer < retention.keepLast
    ? `one of the ${retention.keepLast} newest; policy ${name} keeps them`
    : null;
}

function whyNotPurged({ seal, purgeDueAtMs }: RetainedVersion): string | null {
  if (purgeDueAtMs !== null) return `marked, to be purged after ${new Date(purgeDueAtMs).toISOString()}`;
  return seal === 'pending' ? 'its files are still being sealed' : null;
}

/** What the policy says of the way into archived, as far as it is the same for everybody. */
function whyNotArchived({ stage }: RetainedVersion, policy: Policy): string | null {
  if (isOpen(policy)) return null;
  const rule = ruleFor(policy, stage, 'archived');
  if (rule === null) return `policy ${policy.name} does not lead from ${stage} to archived`;
  if (wantsVotes(rule) || rule.checks.length > 0)
    return `policy ${policy.name} wants an approval or a check for it`;
  return isOneOf({ role: 'admin', groups: [] }, rule.by)
    ? null
    : `policy ${policy.name} says who may archive it`;
}

/** How a version is known where only names are. */
function placeOf({ modelName, version }: { readonly modelName: string; readonly version: number }): string {
  return `${modelName}/${version}`;
}
