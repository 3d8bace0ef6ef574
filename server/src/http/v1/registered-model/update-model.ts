import { editModel } from '../../../operations/model-edit.ts';
import { endpoint } from '../endpoint.ts';
import { DESCRIPTION, MODEL_PARAMS, SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { MODEL_ENTRY, renderModel } from './list-models.ts';

const BODY = Type.Object(
  {
    description: Type.Optional(Type.Unsafe<string | null>({ ...DESCRIPTION, type: ['string', 'null'] })),
    tags: Type.Optional(
      Type.Record(Type.String(), Type.Unsafe<string | null>({ type: ['string', 'null'] }), {
        maxProperties: 1_000,
        description: 'Tags to set; null removes one. Others stay.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const updateModelEndpoint = endpoint({
  method: 'PATCH',
  path: '/models/:model_name',
  operation: 'updateModel',
  permission: 'edit-metadata',
  tag: 'Models',
  summary: 'Edit description and tags of a model',
  description: 'What is absent stays as it is; null clears.',
  params: MODEL_PARAMS,
  body: BODY,
  answer: Type.Object({ success: SUCCESS, model: MODEL_ENTRY }),
  problems: ['model_not_found'],
  model: 'params',
  async run(deps, actor, { params, body }) {
    const summary = await editModel(deps, actor, {
      name: params.model_name,
      description: body.description,
      tags: new Map(Object.entries(body.tags ?? {})),
    });
    return { model: renderModel(summary) };
  },
});
