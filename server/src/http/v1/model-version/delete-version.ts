import { deleteVersion } from '../../../operations/version-deletion.ts';
import { parseVersionReference } from '../../../operations/version-reference.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS, VERSION_PARAMS } from '../fields.ts';
import { Type } from '../schema-builder.ts';

export const deleteVersionEndpoint = endpoint({
  method: 'DELETE',
  path: '/models/:model_name/versions/:version',
  operation: 'deleteVersion',
  permission: 'delete',
  tag: 'Versions',
  summary: 'Delete a version',
  description: 'A tombstone stays, and the number is not given again. The aliases of the version go with it.',
  params: VERSION_PARAMS,
  answer: Type.Object({
    success: SUCCESS,
    model_name: Type.String(),
    version: Type.Integer(),
    message: Type.String(),
  }),
  problems: ['model_not_found', 'version_not_found', 'version_deleted', 'version_purged'],
  model: 'params',
  async run(deps, actor, { params }) {
    const { model_name: name } = params;
    const reference = parseVersionReference(params.version, 'version');
    const version = await deleteVersion(deps, actor, { name, reference });
    return { model_name: name, version, message: `Deleted ${name} version ${version}` };
  },
});
