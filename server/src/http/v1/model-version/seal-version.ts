import { parseVersionReference } from '../../../operations/version-reference.ts';
import { sealVersion } from '../../../operations/version-seal.ts';
import { endpoint } from '../endpoint.ts';
import { nullable, SUCCESS, VERSION_PARAMS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderLabel, renderSeal, SEAL_FIELDS } from './render-version.ts';

export const sealVersionEndpoint = endpoint({
  method: 'POST',
  path: '/models/:model_name/versions/:version/seal',
  operation: 'sealVersion',
  permission: 'write-artifact',
  tag: 'Versions',
  summary: 'Freeze the files of a version',
  description:
    'From now on its files do not change. It is `sealed` at once when they came through this server, else `pending` until they are hashed. A version that is frozen already stays as it is.',
  params: VERSION_PARAMS,
  answer: Type.Object({
    success: SUCCESS,
    model_name: Type.String(),
    version: Type.Integer(),
    semantic_version: nullable(Type.String()),
    ...SEAL_FIELDS,
    message: Type.String(),
  }),
  problems: [
    'model_not_found',
    'version_not_found',
    'version_deleted',
    'version_purged',
    'resource_conflict',
  ],
  model: 'params',
  async run(deps, actor, { params }) {
    const reference = parseVersionReference(params.version, 'version');
    const record = await sealVersion(deps, actor, { name: params.model_name, reference });
    const what = `${params.model_name} version ${record.version}`;
    return {
      model_name: params.model_name,
      version: record.version,
      semantic_version: renderLabel(record),
      ...renderSeal(record),
      message: record.seal === 'sealed' ? `${what} is sealed` : `${what} is frozen and is being sealed`,
    };
  },
});
