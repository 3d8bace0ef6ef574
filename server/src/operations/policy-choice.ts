import { matchesPattern } from '../domain/permission.ts';
import type { Policy } from '../domain/policy.ts';
import { BUILT_IN, GUARDED, OPEN } from '../domain/policy-builtin.ts';
import { parsePolicy } from '../domain/policy-document.ts';
import type { ModelKind } from '../domain/registered-model.ts';
import type { PolicyRevision } from './ports/policy.ts';
import type { Deps, Reader } from './ports.ts';

/** The policy that governs a model, and which revision of it. */
export interface GoverningPolicy {
  readonly policy: Policy;
  readonly revision: number;
}

/** Built-in policies have one revision. */
const BUILT_IN_REVISION = 1;

interface GovernedModel {
  readonly modelId: string;
  readonly name: string;
  readonly kind: ModelKind;
}

/** The policy that governs a model now, whose kind has to be looked up. */
export async function policyOf(
  deps: Pick<Deps, 'governance'>,
  reader: Pick<Reader, 'policies' | 'registeredModels'>,
  model: Pick<GovernedModel, 'modelId' | 'name'>,
): Promise<GoverningPolicy> {
  const kind = (await reader.registeredModels.findKind(model.name)) ?? 'model';
  return governingPolicy(deps, reader, { ...model, kind });
}

/** Whether the policy lets everything happen at once: the built-in `open` does, whatever others are called. */
export function isOpen(policy: Policy): boolean {
  return policy === OPEN;
}

/**
 * The one that was assigned to the model, else the one with the most specific pattern, else the built-in one that
 * `REQUIRE_APPROVAL_FOR_PRODUCTION` selects (v1-api section 3). Never by what writers can set. Prompts are governed by
 * policies for prompts only.
 */
export async function governingPolicy(
  deps: Pick<Deps, 'governance'>,
  reader: Pick<Reader, 'policies'>,
  { modelId, name, kind }: GovernedModel,
): Promise<GoverningPolicy> {
  const fallback = kind === 'model' && deps.governance.requireApproval ? GUARDED : OPEN;
  const builtIn = { policy: fallback, revision: BUILT_IN_REVISION };
  const assigned = await reader.policies.findAssigned(modelId);
  const chosen = assigned === null ? null : await findPolicy(reader, assigned);
  if (chosen !== null && chosen.policy.kind === kind) return chosen;
  const all = (await reader.policies.list()).map(readRevision);
  return mostSpecific(all, { name, kind }) ?? builtIn;
}

export interface PolicyChooser {
  /** All there are, built-in ones too. */
  readonly policies: readonly Policy[];
  policyFor(model: { readonly name: string; readonly assigned: string | null }): Policy;
}

/** Which policy governs each of many models (not prompts), as all policies are now. */
export async function policyChooser(
  deps: Pick<Deps, 'governance'>,
  reader: Pick<Reader, 'policies'>,
): Promise<PolicyChooser> {
  const kind = 'model';
  const all = (await reader.policies.list()).map(readRevision);
  const byName = new Map([...BUILT_IN, ...all.map(({ policy }) => [policy.name, policy] as const)]);
  const fallback = deps.governance.requireApproval ? GUARDED : OPEN;
  return {
    policies: [...byName.values()],
    policyFor({ name, assigned }) {
      const chosen = byName.get(assigned ?? '');
      if (chosen?.kind === kind) return chosen;
      return mostSpecific(all, { name, kind })?.policy ?? fallback;
    },
  };
}

function mostSpecific(
  all: readonly GoverningPolicy[],
  { name, kind }: Pick<GovernedModel, 'name' | 'kind'>,
): GoverningPolicy | undefined {
  const ranked = all
    .filter(({ policy }) => policy.kind === kind)
    .map((one) => ({ one, rank: rankOf(one.policy, name) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => b.rank - a.rank || (a.one.policy.name < b.one.policy.name ? -1 : 1));
  return ranked[0]?.one;
}

/** A policy by its name, built-in ones too; null: there is none now. */
async function findPolicy(reader: Pick<Reader, 'policies'>, name: string): Promise<GoverningPolicy | null> {
  const builtIn = BUILT_IN.get(name);
  if (builtIn !== undefined) return { policy: builtIn, revision: BUILT_IN_REVISION };
  const kept = await reader.policies.find(name);
  return kept === null ? null : readRevision(kept);
}

/** The revision that a request was opened with, whatever became of the policy since. */
export async function requireRevision(
  reader: Pick<Reader, 'policies'>,
  name: string,
  revision: number,
): Promise<GoverningPolicy> {
  const builtIn = BUILT_IN.get(name);
  if (builtIn !== undefined) return { policy: builtIn, revision };
  const kept = await reader.policies.findRevision(name, revision);
  if (kept === null) throw new Error(`revision ${revision} of policy ${name} is gone`);
  return readRevision(kept);
}

/** It was checked before it was kept. */
function readRevision({ name, revision, document }: PolicyRevision): GoverningPolicy {
  const { policy, problems } = parsePolicy(document);
  if (policy === null)
    throw new Error(`policy ${name}, revision ${revision}, cannot be read: ${JSON.stringify(problems)}`);
  return { policy, revision };
}

/** How specific the best of its patterns is for the name: letters that are said, an exact name first; −1: none fits. */
function rankOf({ models }: Policy, name: string): number {
  const ranks = models
    .filter((pattern) => matchesPattern(pattern, name))
    .map((pattern) => 2 * pattern.replaceAll('*', '').length + (pattern.includes('*') ? 0 : 1));
  return Math.max(-1, ...ranks);
}
