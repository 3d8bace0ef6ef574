import { compareVersions } from '../../../operations/comparison.ts';
import { parseVersionReference } from '../../../operations/version-reference.ts';
import { endpoint } from '../endpoint.ts';
import { MODEL_PARAMS, SUCCESS, VERSION_PARAMETER } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { COMPARISON_FIELDS, renderComparison } from './render-comparison.ts';

const QUERY = Type.Object(
  {
    version1: VERSION_PARAMETER,
    version2: Type.Optional(
      Type.String({ description: 'The number or semantic version; the production version unless given.' }),
    ),
  },
  { additionalProperties: false },
);

const ANSWER = Type.Object({ success: SUCCESS, model_name: Type.String(), ...COMPARISON_FIELDS });

export const compareVersionsEndpoint = endpoint({
  method: 'GET',
  path: '/models/:model_name/compare',
  operation: 'compareVersions',
  permission: 'read-metadata',
  tag: 'Versions',
  summary: 'Compare two versions',
  description:
    'Metrics and hyperparameters are all listed, equal ones too; tags and datasets only where they differ. Files are compared by digest and are known of sealed versions only.',
  params: MODEL_PARAMS,
  query: QUERY,
  answer: ANSWER,
  problems: ['model_not_found', 'version_not_found', 'version_deleted', 'no_versions'],
  model: 'params',
  async run(deps, actor, { params, query }) {
    const { version2 } = query;
    const comparison = await compareVersions(deps, actor, {
      name: params.model_name,
      version1: parseVersionReference(query.version1, 'version1'),
      version2:
        version2 === undefined
          ? { by: 'stage', stage: 'production' }
          : parseVersionReference(version2, 'version2'),
    });
    return { model_name: params.model_name, ...renderComparison(comparison) };
  },
});
