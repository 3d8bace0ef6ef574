import type { Actor } from '../../../domain/actor.ts';
import { invalidArgument } from '../../../domain/errors.ts';
import { comparisonCsv, comparisonMarkdown } from '../../../operations/comparison-text.ts';
import type { Deps } from '../../../operations/ports.ts';
import {
  type ComparedMany,
  compareMany,
  compareVersions,
  FEWEST_COMPARED,
  MOST_COMPARED,
} from '../../../operations/version-comparison.ts';
import { parseVersionReference, type VersionSelector } from '../../../operations/version-reference.ts';
import { endpoint } from '../endpoint.ts';
import { MODEL_PARAMS, SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderWholeComparison, WHOLE_COMPARISON_FIELDS } from './render-comparison.ts';
import { MATRIX_FIELDS, renderMatrix } from './render-matrix.ts';

type Format = 'json' | 'markdown' | 'csv';

const VERSION_TEXT = 'A number or a semantic version';
const QUERY = Type.Object(
  {
    version1: Type.Optional(Type.String({ description: `${VERSION_TEXT}.` })),
    version2: Type.Optional(
      Type.String({ description: `${VERSION_TEXT}; the production version unless given.` }),
    ),
    versions: Type.Optional(
      Type.String({
        description: `In place of version1 and version2: ${FEWEST_COMPARED} to ${MOST_COMPARED} versions with commas between, each against the base.`,
      }),
    ),
    base: Type.Optional(
      Type.String({
        description: `With versions: ${VERSION_TEXT.toLowerCase()}, or \`production\` (unless given).`,
      }),
    ),
    format: Type.Optional(
      Type.Unsafe<Format>({
        type: 'string',
        enum: ['json', 'markdown', 'csv'],
        default: 'json',
        description: 'Markdown fits a pull request; CSV has all rows.',
      }),
    ),
  },
  { additionalProperties: false },
);
const PAIR = Type.Object({ success: SUCCESS, model_name: Type.String(), ...WHOLE_COMPARISON_FIELDS });
const MATRIX = Type.Object({ success: SUCCESS, model_name: Type.String(), ...MATRIX_FIELDS });

export const compareVersionsEndpoint = endpoint({
  method: 'GET',
  path: '/models/:model_name/compare',
  operation: 'compareVersions',
  permission: 'read-metadata',
  tag: 'Versions',
  summary: 'Compare versions',
  description:
    'Two (`version1`, `version2`), or up to 20 against a base (`versions`, `base`). Metrics and hyperparameters are all listed, equal ones too; tags, datasets and requirements only where they differ. Files are compared by digest and are known of sealed versions only. Which way a metric gets better the policy says, else its well-known name; else it has merely changed.',
  params: MODEL_PARAMS,
  query: QUERY,
  answer: Type.Union([PAIR, MATRIX]),
  alsoAnswers: ['text/markdown', 'text/csv'],
  problems: ['model_not_found', 'version_not_found', 'version_deleted', 'version_purged', 'no_versions'],
  model: 'params',
  async run(deps, actor, { params, query, exchange }) {
    const { model_name: name } = params;
    const { version1, version2, versions, base, format = 'json' } = query;
    const say = (compared: ComparedMany) => {
      const body = format === 'csv' ? comparisonCsv(compared) : comparisonMarkdown(name, compared);
      exchange.text = { type: `text/${format}; charset=utf-8`, body };
    };
    if (versions === undefined) {
      refuse({ base }, 'goes with versions');
      const pair = await comparePair(deps, actor, { name, version1, version2 });
      if (format !== 'json') say({ base: pair.versions[0], candidates: [pair] });
      return { model_name: name, ...renderWholeComparison(pair) };
    }
    refuse({ version1, version2 }, 'does not go with versions');
    const many = await compareMany(deps, actor, {
      name,
      versions: versions.split(',').map((one) => parseVersionReference(one.trim(), 'versions')),
      base: base === undefined || base === 'production' ? PRODUCTION : parseVersionReference(base, 'base'),
    });
    if (format !== 'json') say(many);
    return { model_name: name, ...renderMatrix(many) };
  },
});

const PRODUCTION: VersionSelector = { by: 'stage', stage: 'production' };

function refuse(parameters: Readonly<Record<string, string | undefined>>, why: string): void {
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) throw invalidArgument(`${name} ${why}.`, name);
}

function comparePair(
  deps: Deps,
  actor: Actor,
  {
    name,
    version1,
    version2,
  }: { readonly name: string; readonly version1: string | undefined; readonly version2: string | undefined },
) {
  if (version1 === undefined)
    throw invalidArgument('It is missing: give version1 (and version2), or versions.', 'version1');
  return compareVersions(deps, actor, {
    name,
    version1: parseVersionReference(version1, 'version1'),
    version2: version2 === undefined ? PRODUCTION : parseVersionReference(version2, 'version2'),
  });
}
