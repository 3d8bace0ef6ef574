import { deleteRegisteredModel } from '../../../operations/registered-model.ts';
import { endpoint } from '../endpoint.ts';
import { MODEL_PARAMS, SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';

export const deleteModelEndpoint = endpoint({
  method: 'DELETE',
  path: '/models/:model_name',
  operation: 'deleteModel',
  permission: 'delete',
  tag: 'Models',
  summary: 'Delete a model with its versions',
  description: 'Tombstones and history stay; the name goes on counting when it is registered again.',
  params: MODEL_PARAMS,
  answer: Type.Object({ success: SUCCESS, model_name: Type.String(), message: Type.String() }),
  problems: ['model_not_found'],
  model: 'params',
  async run(deps, actor, { params }) {
    await deleteRegisteredModel(deps, actor, params.model_name);
    return { model_name: params.model_name, message: `Deleted ${params.model_name}` };
  },
});
