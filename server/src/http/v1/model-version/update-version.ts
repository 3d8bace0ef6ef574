import { editVersion } from '../../../operations/version-edit.ts';
import { parseVersionReference } from '../../../operations/version-reference.ts';
import { endpoint } from '../endpoint.ts';
import { DESCRIPTION, FACT, MODEL_TYPE_INPUT, SUCCESS, VERSION_PARAMS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderVersion, VERSION_FIELDS } from './render-version.ts';

const BODY = Type.Object(
  {
    description: Type.Optional(Type.Unsafe<string | null>({ ...DESCRIPTION, type: ['string', 'null'] })),
    tags: Type.Optional(
      Type.Record(Type.String(), Type.Unsafe<string | null>({ type: ['string', 'null'] }), {
        maxProperties: 1_000,
        description: 'Tags to set; null removes one. Others stay.',
      }),
    ),
    facts: Type.Optional(
      Type.Object(
        {
          model_type: Type.Optional(MODEL_TYPE_INPUT),
          data_version: Type.Optional(FACT),
          code_version: Type.Optional(FACT),
          parent_model: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000 })),
        },
        { additionalProperties: false, description: 'Facts that have no value yet.' },
      ),
    ),
  },
  { additionalProperties: false },
);

export const updateVersionEndpoint = endpoint({
  method: 'PATCH',
  path: '/models/:model_name/versions/:version',
  operation: 'updateVersion',
  permission: 'edit-metadata',
  tag: 'Versions',
  summary: 'Edit description, tags and missing facts',
  description:
    'A fact without a value may be given one; the same value again changes nothing, another one is refused.',
  params: VERSION_PARAMS,
  body: BODY,
  answer: Type.Object({ success: SUCCESS, ...VERSION_FIELDS }),
  problems: ['model_not_found', 'version_not_found', 'version_deleted', 'version_purged', 'fact_already_set'],
  model: 'params',
  async run(deps, actor, { params, body }) {
    const { facts = {} } = body;
    const view = await editVersion(deps, actor, {
      name: params.model_name,
      reference: parseVersionReference(params.version, 'version'),
      description: body.description,
      tags: new Map(Object.entries(body.tags ?? {})),
      facts: {
        modelType: facts.model_type ?? null,
        dataVersion: facts.data_version ?? null,
        codeVersion: facts.code_version ?? null,
        parentModel: facts.parent_model ?? null,
      },
    });
    return renderVersion(view);
  },
});
