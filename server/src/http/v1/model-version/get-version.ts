import { parseVersionReference } from '../../../operations/version-reference.ts';
import { getVersion } from '../../../operations/version-view.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS, VERSION_PARAMS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderWholeVersion, WHOLE_VERSION_FIELDS } from './render-version.ts';

export const getVersionEndpoint = endpoint({
  method: 'GET',
  path: '/models/:model_name/versions/:version',
  operation: 'getVersion',
  permission: 'read-metadata',
  tag: 'Versions',
  summary: 'Get one version',
  description: 'By its number or its semantic version. A deleted one answers 410 with its tombstone.',
  params: VERSION_PARAMS,
  answer: Type.Object({ success: SUCCESS, ...WHOLE_VERSION_FIELDS }),
  problems: ['model_not_found', 'version_not_found', 'version_deleted', 'version_purged'],
  model: 'params',
  tagged: true,
  async run(deps, actor, { params }) {
    const selector = parseVersionReference(params.version, 'version');
    return renderWholeVersion(await getVersion(deps, actor, { name: params.model_name, selector }));
  },
});
