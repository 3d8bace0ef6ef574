import type { Actor } from '../domain/actor.ts';
import type { GateResult } from '../domain/gate.ts';
import type { Directions } from '../domain/metric-comparison.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { type Policy, ruleFor, type TransitionRule } from '../domain/policy.ts';
import type { Requirements } from '../domain/requirement.ts';
import type { Stage } from '../domain/stage.ts';
import { type Comparable, findComparable } from './comparison.ts';
import { takeSnapshot } from './evidence.ts';
import { judgeGatesNow } from './gate.ts';
import { policyOf } from './policy-choice.ts';
import type { Deps, Reader } from './ports.ts';
import { readRequirements } from './requirement-file.ts';
import { findPasts, type VersionPast } from './version-past.ts';

/** A version with all that is told of it when it is compared. */
export interface ComparedVersion extends Comparable, VersionPast {
  /** Whether it would pass into production, gate by gate, against who is there now; none: the policy has none. */
  readonly gates: readonly GateResult[];
  /** Null: its sealed files do not say. */
  readonly requirements: Requirements | null;
}

export interface ComparedVersions {
  /** In the order asked for. */
  readonly versions: readonly ComparedVersion[];
  /** Which way the policy says that metrics get better. */
  readonly directions: Directions;
}

/**
 * Loads versions of one model to be compared: what the database says in one look, then the files that say what they
 * need, outside of it. `find` says which versions. @throws as `find`.
 */
export async function loadCompared(
  deps: Deps,
  actor: Actor,
  { name, find }: { readonly name: string; readonly find: (reader: Reader) => Promise<ModelVersion[]> },
): Promise<ComparedVersions> {
  const { found, directions } = await deps.store.read(async (reader) =>
    findCompared(deps, reader, actor, { name, versions: await find(reader) }),
  );
  const versions: ComparedVersion[] = [];
  for (const one of found) versions.push({ ...one, requirements: await readRequirements(deps, one.tree) });
  return { versions, directions };
}

async function findCompared(
  deps: Deps,
  reader: Reader,
  actor: Actor,
  { name, versions }: { readonly name: string; readonly versions: readonly ModelVersion[] },
): Promise<{
  readonly found: readonly Omit<ComparedVersion, 'requirements'>[];
  readonly directions: Directions;
}> {
  const comparable = await findComparable(reader, actor, { name, versions });
  const identity = await reader.versionRecords.findIdentity(name);
  // A model that only MLflow has touched has no past with us, and no policy is asked about it before it is adopted.
  if (identity === null) {
    const found = comparable.map((one) => ({ ...one, daysInProduction: 0, approvals: [], gates: [] }));
    return { found, directions: new Map() };
  }
  const { modelId } = identity;
  const numbers = versions.map(({ version }) => version);
  const pasts = await findPasts(deps, reader, modelId, numbers);
  const governing = await policyOf(deps, reader, identity);
  const found: Omit<ComparedVersion, 'requirements'>[] = [];
  for (const one of comparable) {
    const { version, stage } = one.view;
    const { daysInProduction = 0, approvals = [] } = pasts.get(version.version) ?? {};
    const gates = productionRule(governing.policy, stage)?.gates ?? [];
    const judge = async () => {
      const { gated } = await takeSnapshot(deps, reader, { modelId, version, gates });
      return judgeGatesNow(deps, reader, { identity, governing }, { gates, candidate: gated });
    };
    found.push({ ...one, daysInProduction, approvals, gates: gates.length === 0 ? [] : await judge() });
  }
  return { found, directions: governing.policy.metrics };
}

/** From where it is, else from wherever the policy leads to production. */
function productionRule(policy: Policy, stage: Stage): TransitionRule | null {
  return (
    ruleFor(policy, stage, 'production') ?? policy.transitions.find(({ to }) => to === 'production') ?? null
  );
}
