import { OPERATOR } from '../domain/actor.ts';
import { isRegistryError } from '../domain/errors.ts';
import { matrixRows } from '../operations/comparison-matrix.ts';
import { comparisonCsv, comparisonLines, comparisonMarkdown } from '../operations/comparison-text.ts';
import { type ComparedMany, compareVersions } from '../operations/version-comparison.ts';
import { parseVersionReference, type VersionSelector } from '../operations/version-reference.ts';
import { type CommandDeps, CommandError, type Told, UsageError } from './command.ts';

const FORMATS = {
  table: comparisonLines,
  markdown: (name: string, compared: ComparedMany) => [comparisonMarkdown(name, compared).trimEnd()],
  csv: (_name: string, compared: ComparedMany) => [comparisonCsv(compared).trimEnd()],
};

/** Version 2 against version 1; without a second: the first against production. @throws UsageError. */
export async function compare(
  deps: CommandDeps,
  input: {
    readonly name: string;
    readonly version1: string;
    readonly version2: string | null;
    readonly format: string;
  },
): Promise<Told> {
  const { name, format } = input;
  if (!isFormat(format))
    throw new UsageError(`'${format}' is no format; there are ${Object.keys(FORMATS).join(', ')}.`);
  const given = readVersion(input.version1);
  const [version1, version2]: readonly [VersionSelector, VersionSelector] =
    input.version2 === null
      ? [{ by: 'stage', stage: 'production' }, given]
      : [given, readVersion(input.version2)];
  const asked = { name, version1, version2 };
  const pair = await compareVersions(deps, OPERATOR, asked).catch((error: unknown) => {
    throw inWords(error);
  });
  const compared = { base: pair.versions[0], candidates: [pair] };
  return {
    lines: FORMATS[format](name, compared),
    json: {
      model_name: name,
      version1: pair.v1.version.version,
      version2: pair.v2.version.version,
      verdict: pair.verdict,
      rows: matrixRows(compared).map(({ values: [value], ...row }) => ({ ...row, ...value })),
    },
  };
}

/** What the API says as a problem. */
function inWords(error: unknown): unknown {
  if (isRegistryError(error, 'model_not_found'))
    return new CommandError(`there is no registered model ${error.params.name}.`);
  if (isRegistryError(error, 'no_versions')) return new CommandError(`${error.params.name} has no versions.`);
  if (isRegistryError(error, 'version_deleted'))
    return new CommandError(`version ${error.params.version} of ${error.params.name} was deleted.`);
  if (!isRegistryError(error, 'version_not_found')) return error;
  const { name, selector, stages } = error.params;
  const what = selector.startsWith('stage ') ? `version in ${selector.slice(6)}` : `version ${selector}`;
  return new CommandError(
    `${name} has no ${what}; it has versions in ${[...new Set(stages)].join(', ') || 'no stage'}.`,
  );
}

function isFormat(format: string): format is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, format);
}

function readVersion(text: string): VersionSelector {
  try {
    return parseVersionReference(text, 'version');
  } catch (error) {
    if (isRegistryError(error, 'invalid_argument')) throw new UsageError(error.message);
    throw error;
  }
}
