import type { Actor } from '../domain/actor.ts';
import { invalidArgument } from '../domain/errors.ts';
import type { GateResult } from '../domain/gate.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { compareRequirements, type RequirementDifference } from '../domain/requirement.ts';
import { type ComparedVersion, type ComparedVersions, loadCompared } from './compared-version.ts';
import { type Comparison, compare } from './comparison.ts';
import type { Deps } from './ports.ts';
import { authorizeRead } from './registered-model.ts';
import type { VersionPast } from './version-past.ts';
import { selectVersion, type VersionReference, type VersionSelector } from './version-reference.ts';

/** A version against another, with all that is told of both. */
export interface WholeComparison extends Comparison {
  readonly requirements: readonly RequirementDifference[];
  /** Of the second. */
  readonly gates: readonly GateResult[];
  readonly pasts: { readonly v1: VersionPast; readonly v2: VersionPast };
  readonly versions: readonly [ComparedVersion, ComparedVersion];
}

/** Versions against one of them. */
export interface ComparedMany {
  readonly base: ComparedVersion;
  /** Each against the base, in the order asked for; the base itself is not among them. */
  readonly candidates: readonly WholeComparison[];
}

export const FEWEST_COMPARED = 2;
export const MOST_COMPARED = 20;

/** @throws as `selectVersion`. */
export async function compareVersions(
  deps: Deps,
  actor: Actor,
  input: { name: string; version1: VersionSelector; version2: VersionSelector },
): Promise<WholeComparison> {
  const { name } = input;
  authorizeRead(actor, name);
  const loaded = await loadCompared(deps, actor, {
    name,
    find: async (reader) => [
      await selectVersion(reader, name, input.version1),
      await selectVersion(reader, name, input.version2),
    ],
  });
  const [v1, v2] = loaded.versions;
  if (v1 === undefined || v2 === undefined) throw new Error('versions were found and not loaded');
  return compareWhole(v1, v2, loaded.directions);
}

/**
 * Several versions against a base. @throws as `selectVersion`; `invalid_argument` when they are too few, too many, or one
 * is named twice.
 */
export async function compareMany(
  deps: Deps,
  actor: Actor,
  input: {
    readonly name: string;
    readonly versions: readonly VersionReference[];
    readonly base: VersionSelector;
  },
): Promise<ComparedMany> {
  const { name, versions } = input;
  authorizeRead(actor, name);
  if (versions.length < FEWEST_COMPARED || versions.length > MOST_COMPARED)
    throw invalidArgument(
      `${FEWEST_COMPARED} to ${MOST_COMPARED} versions are compared at once, not ${versions.length}.`,
      'versions',
    );
  const loaded = await loadCompared(deps, actor, {
    name,
    find: async (reader) => {
      const found: ModelVersion[] = [];
      for (const reference of versions) found.push(await selectVersion(reader, name, reference));
      refuseTwice(found);
      return [await selectVersion(reader, name, input.base), ...found];
    },
  });
  return againstBase(loaded);
}

function againstBase({ versions: [base, ...others], directions }: ComparedVersions): ComparedMany {
  if (base === undefined) throw new Error('versions were found and not loaded');
  const candidates = others
    .filter(({ view }) => view.version.version !== base.view.version.version)
    .map((candidate) => compareWhole(base, candidate, directions));
  return { base, candidates };
}

function refuseTwice(found: readonly ModelVersion[]): void {
  const seen = new Set<number>();
  for (const { version } of found) {
    if (seen.has(version)) throw invalidArgument(`Version ${version} is named twice.`, 'versions');
    seen.add(version);
  }
}

function compareWhole(
  v1: ComparedVersion,
  v2: ComparedVersion,
  directions: ComparedVersions['directions'],
): WholeComparison {
  const compared = compare(v1, v2, directions);
  const held = v2.gates.filter(({ outcome }) => outcome !== 'passed');
  const { outcome, reasons } = compared.verdict;
  return {
    ...compared,
    verdict: {
      outcome,
      reasons: [...reasons, ...held.map(({ detail }) => `it would not pass into production: ${detail}`)],
    },
    requirements:
      v1.requirements === null || v2.requirements === null
        ? []
        : compareRequirements(v1.requirements, v2.requirements),
    gates: v2.gates,
    pasts: { v1, v2 },
    versions: [v1, v2],
  };
}
