import { rollBack } from '../../../operations/rollback.ts';
import { parseVersionReference } from '../../../operations/version-reference.ts';
import { endpoint } from '../endpoint.ts';
import { MODEL_PARAMS, nullable, SUCCESS, VERSION } from '../fields.ts';
import { Type } from '../schema-builder.ts';

export const rollbackModelEndpoint = endpoint({
  method: 'POST',
  path: '/models/:model_name/rollback',
  operation: 'rollbackModel',
  permission: 'rollback',
  tag: 'Governance',
  summary: 'Bring the version before back into production',
  description:
    'At once and without votes, by an approver: to a version that came into production by an executed request, left it within the rollback window of its policy, and still has the files that were approved; these are read again.',
  params: MODEL_PARAMS,
  body: Type.Object(
    {
      to_version: Type.Optional(VERSION),
      reason: Type.String({ minLength: 1, maxLength: 5_000 }),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    success: SUCCESS,
    model_name: Type.String(),
    version: Type.Integer(),
    left: nullable(Type.Integer({ description: 'Who was in production until now.' })),
    displaced: Type.Array(Type.Object({ version: Type.Integer(), new_stage: Type.String() })),
    message: Type.String(),
  }),
  problems: [
    'model_not_found',
    'version_not_found',
    'version_deleted',
    'version_purged',
    'rollback_not_allowed',
  ],
  model: 'params',
  async run(deps, actor, { params, body }) {
    const name = params.model_name;
    const to = body.to_version === undefined ? null : parseVersionReference(body.to_version, '/to_version');
    const { version, left, displaced } = await rollBack(deps, actor, { name, to, reason: body.reason });
    return {
      model_name: name,
      version: version.version,
      left,
      displaced: displaced.map(({ version: number, to: stage }) => ({ version: number, new_stage: stage })),
      message: `Rolled ${name} back to version ${version.version}`,
    };
  },
});
