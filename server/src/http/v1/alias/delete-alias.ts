import { deleteAlias } from '../../../operations/alias.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { ALIAS_PARAMS } from './set-alias.ts';

export const deleteAliasEndpoint = endpoint({
  method: 'DELETE',
  path: '/models/:model_name/aliases/:alias',
  operation: 'deleteAlias',
  permission: 'move-alias',
  tag: 'Aliases',
  summary: 'Delete an alias',
  description: 'An alias that is not there is fine.',
  params: ALIAS_PARAMS,
  answer: Type.Object({ success: SUCCESS, model_name: Type.String(), alias: Type.String() }),
  problems: ['model_not_found'],
  model: 'params',
  async run(deps, actor, { params }) {
    const { model_name: name, alias } = params;
    await deleteAlias(deps, actor, { name, alias });
    return { model_name: name, alias };
  },
});
