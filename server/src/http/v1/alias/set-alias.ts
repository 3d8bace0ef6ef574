import { pointAlias } from '../../../operations/alias-change.ts';
import { parseVersionReference } from '../../../operations/version-reference.ts';
import { endpoint } from '../endpoint.ts';
import { ALIAS, MODEL_NAME, SUCCESS, VERSION } from '../fields.ts';
import { Type } from '../schema-builder.ts';

export const ALIAS_PARAMS = Type.Object(
  { model_name: MODEL_NAME, alias: ALIAS },
  { additionalProperties: false },
);

export const setAliasEndpoint = endpoint({
  method: 'PUT',
  path: '/models/:model_name/aliases/:alias',
  operation: 'setAlias',
  permission: 'move-alias',
  tag: 'Aliases',
  summary: 'Point an alias to a version',
  description: 'Creates the alias or moves it from wherever it points.',
  params: ALIAS_PARAMS,
  body: Type.Object({ version: VERSION }, { additionalProperties: false }),
  answer: Type.Object({
    success: SUCCESS,
    model_name: Type.String(),
    alias: Type.String(),
    version: Type.Integer(),
  }),
  problems: ['model_not_found', 'version_not_found', 'version_deleted', 'version_purged'],
  model: 'params',
  async run(deps, actor, { params, body }) {
    const { model_name: name, alias } = params;
    const reference = parseVersionReference(body.version, '/version');
    const version = await pointAlias(deps, actor, { name, alias, reference });
    return { model_name: name, alias, version };
  },
});
