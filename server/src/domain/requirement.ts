/** What a model needs, by package: `scikit-learn` → `==1.9.1`; an empty text: any version. */
export type Requirements = ReadonlyMap<string, string>;

/** A package that two versions do not need in the same way; null: not at all. */
export interface RequirementDifference {
  readonly package: string;
  readonly from: string | null;
  readonly to: string | null;
}

const NAME = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)/;
const EGG = /#egg=([A-Za-z0-9._-]+)/;

/**
 * Reads `requirements.txt`: one requirement a line (PEP 508), comments, options and hashes left out. Names are
 * compared as PEP 503 says (`Scikit_Learn` is `scikit-learn`). A line that is none is left out.
 */
export function readRequirementLines(text: string): Requirements {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) readRequirement(line, found);
  return found;
}

function readRequirement(line: string, found: Map<string, string>): void {
  const bare = line
    .replace(/(?:^|\s)#.*$/, '')
    .trim()
    .replace(/\\$/, '');
  const egg = EGG.exec(line)?.[1];
  if (egg !== undefined) found.set(normalName(egg), bare.replace(/^-e\s+/, ''));
  const name = NAME.exec(bare)?.[1];
  if (egg !== undefined || name === undefined) return;
  const rest = bare.slice(name.length).split(/\s--/)[0] ?? '';
  found.set(normalName(name), rest.replaceAll(/\s/g, ''));
}

/** Reads a parsed `conda.yaml`: its dependencies and those under `pip`. */
export function readCondaEnvironment(document: unknown): Requirements {
  const found = new Map<string, string>();
  for (const entry of listOf(document, 'dependencies')) {
    if (typeof entry === 'string') readRequirement(entry, found);
    for (const line of listOf(entry, 'pip')) if (typeof line === 'string') readRequirement(line, found);
  }
  return found;
}

function listOf(holder: unknown, key: string): readonly unknown[] {
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, key)) return [];
  const value = (holder as Readonly<Record<string, unknown>>)[key];
  return Array.isArray(value) ? value : [];
}

/** Packages that differ, by name. */
export function compareRequirements(v1: Requirements, v2: Requirements): RequirementDifference[] {
  const names = [...new Set([...v1.keys(), ...v2.keys()])].sort();
  return names
    .map((name) => ({ package: name, from: v1.get(name) ?? null, to: v2.get(name) ?? null }))
    .filter(({ from, to }) => from !== to);
}

function normalName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}
