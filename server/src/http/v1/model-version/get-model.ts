import { invalidArgument } from '../../../domain/errors.ts';
import { parseStage } from '../../../domain/stage.ts';
import { parseVersionReference, type VersionSelector } from '../../../operations/version-reference.ts';
import { getVersion } from '../../../operations/version-view.ts';
import { endpoint } from '../endpoint.ts';
import { MODEL_PARAMS, STAGE_INPUT, SUCCESS, VERSION_PARAMETER } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderWholeVersion, WHOLE_VERSION_FIELDS } from './render-version.ts';

const QUERY = Type.Object(
  {
    stage: Type.Optional(STAGE_INPUT),
    version: Type.Optional(VERSION_PARAMETER),
    alias: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

export const getModelEndpoint = endpoint({
  method: 'GET',
  path: '/models/:model_name',
  operation: 'getModel',
  permission: 'read-metadata',
  tag: 'Versions',
  summary: 'Get a version of a model',
  description:
    'At most one of `stage` (the newest version in it), `version` and `alias`; with none of them the production version, else the newest.',
  params: MODEL_PARAMS,
  query: QUERY,
  answer: Type.Object({ success: SUCCESS, ...WHOLE_VERSION_FIELDS }),
  problems: [
    'model_not_found',
    'no_versions',
    'version_not_found',
    'alias_not_found',
    'version_deleted',
    'version_purged',
  ],
  model: 'params',
  tagged: true,
  async run(deps, actor, { params, query }) {
    const view = await getVersion(deps, actor, { name: params.model_name, selector: selectorOf(query) });
    return renderWholeVersion(view);
  },
});

function selectorOf(query: { stage?: string; version?: string; alias?: string }): VersionSelector {
  const given = Object.keys(query);
  if (given.length > 1)
    throw invalidArgument(
      `Only one of stage, version and alias may be given, not ${given.join(' and ')}.`,
      given[1],
    );
  if (query.stage !== undefined) return { by: 'stage', stage: parseStage(query.stage) };
  if (query.version !== undefined) return parseVersionReference(query.version, 'version');
  return query.alias === undefined ? { by: 'default' } : { by: 'alias', alias: query.alias };
}
