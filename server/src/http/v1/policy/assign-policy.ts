import { assignPolicy } from '../../../operations/policy.ts';
import { endpoint } from '../endpoint.ts';
import { MODEL_PARAMS, nullable, SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';

export const assignPolicyEndpoint = endpoint({
  method: 'PUT',
  path: '/models/:model_name/policy',
  operation: 'assignPolicy',
  permission: 'manage-policy',
  tag: 'Governance',
  summary: 'Put a model under a policy',
  description: 'By name, whatever the patterns of policies say; null: the patterns say again.',
  params: MODEL_PARAMS,
  body: Type.Object(
    { policy: nullable(Type.String({ minLength: 1, maxLength: 100 })) },
    { additionalProperties: false },
  ),
  answer: Type.Object({ success: SUCCESS, model_name: Type.String(), policy: nullable(Type.String()) }),
  problems: ['model_not_found', 'resource_not_found', 'resource_conflict'],
  model: 'params',
  async run(deps, actor, { params, body }) {
    await assignPolicy(deps, actor, { model: params.model_name, policy: body.policy });
    return { model_name: params.model_name, policy: body.policy };
  },
});
