import { invalidArgument } from './errors.ts';

/** A semantic version (semver.org 2.0.0) without build metadata; `prerelease` is empty for a release. */
export interface SemanticVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease: string;
}

const NUMBER_LIMIT = 2_147_483_647;
const CORE = /^(0|[1-9][0-9]{0,9})\.(0|[1-9][0-9]{0,9})\.(0|[1-9][0-9]{0,9})(?:-([0-9A-Za-z.-]{1,64}))?$/;
const IDENTIFIER = /^(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)$/;

/** Whether a text is meant as a semantic version and not as a number: it has two dots. */
export function looksSemantic(text: string): boolean {
  return text.split('.').length >= 3;
}

/** @throws `invalid_argument`: not of the form 1.4.0 or 1.4.0-rc.1, or with build metadata. */
export function parseSemanticVersion(text: string, path = 'semantic_version'): SemanticVersion {
  const match = CORE.exec(text);
  const [, major, minor, patch, prerelease = ''] = match ?? [];
  const numbers = [Number(major), Number(minor), Number(patch)] as const;
  const legal =
    match !== null &&
    numbers.every((part) => part <= NUMBER_LIMIT) &&
    (prerelease === '' || prerelease.split('.').every((part) => IDENTIFIER.test(part)));
  if (!legal)
    throw invalidArgument(
      `Semantic version ${JSON.stringify(text)} is not of the form 1.4.0 or 1.4.0-rc.1 (build metadata is not accepted).`,
      path,
    );
  return { major: numbers[0], minor: numbers[1], patch: numbers[2], prerelease };
}

export function renderSemanticVersion(version: SemanticVersion): string {
  const core = `${version.major}.${version.minor}.${version.patch}`;
  return version.prerelease === '' ? core : `${core}-${version.prerelease}`;
}

/**
 * The next label when none is given: 1.0.0 for the first, the release of a pre-release, the next major when the signature
 * breaks with that of the greatest, else the next minor.
 */
export function nextSemanticVersion(greatest: SemanticVersion | null, isBreaking = false): SemanticVersion {
  if (greatest === null) return { major: 1, minor: 0, patch: 0, prerelease: '' };
  if (greatest.prerelease !== '') return { ...greatest, prerelease: '' };
  if (isBreaking) return { major: greatest.major + 1, minor: 0, patch: 0, prerelease: '' };
  return { major: greatest.major, minor: greatest.minor + 1, patch: 0, prerelease: '' };
}

/** Precedence of semver.org section 11; usable as a sort callback. */
export function compareSemanticVersions(a: SemanticVersion, b: SemanticVersion): number {
  return (
    a.major - b.major ||
    a.minor - b.minor ||
    a.patch - b.patch ||
    comparePrereleases(a.prerelease, b.prerelease)
  );
}

function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '') return 1;
  if (b === '') return -1;
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareIdentifiers(left[i] ?? '', right[i] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareIdentifiers(a: string, b: string): number {
  const numericA = /^[0-9]+$/.test(a);
  const numericB = /^[0-9]+$/.test(b);
  if (numericA && numericB) return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
  if (numericA !== numericB) return numericA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
