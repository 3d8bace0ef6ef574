import { parseStage } from '../../../domain/stage.ts';
import { changeStage } from '../../../operations/stage-change.ts';
import { getTransitionRequest } from '../../../operations/transition-request-view.ts';
import { parseVersionReference } from '../../../operations/version-reference.ts';
import { endpoint } from '../endpoint.ts';
import { DESCRIPTION, MODEL_NAME, nullable, STAGE, STAGE_INPUT, SUCCESS, VERSION } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { REQUEST, renderRequest } from '../transition-request/fields.ts';

const BODY = Type.Object(
  {
    model_name: MODEL_NAME,
    version: VERSION,
    new_stage: STAGE_INPUT,
    /** Kept in history when there is no reason. */
    description: Type.Optional(DESCRIPTION),
    expected_digest: Type.Optional(
      Type.String({ description: 'Refuse unless the version has this digest.' }),
    ),
    force: Type.Optional(
      Type.Boolean({
        description: 'Pass the rules (verb override), with a reason of 10 characters or more.',
      }),
    ),
    reason: Type.Optional(Type.String({ maxLength: 5_000 })),
  },
  { additionalProperties: false },
);

const ANSWER = Type.Object({
  success: SUCCESS,
  model_name: Type.String(),
  version: Type.Integer(),
  semantic_version: nullable(Type.String()),
  from_stage: STAGE,
  new_stage: STAGE,
  stage: STAGE,
  displaced: Type.Array(Type.Object({ version: Type.Integer(), new_stage: STAGE }), {
    description: 'Versions that had to leave the stage.',
  }),
  message: Type.String(),
});

export const transitionVersionEndpoint = endpoint({
  method: 'POST',
  path: '/models/transition',
  operation: 'transitionVersion',
  permission: 'request-transition',
  tag: 'Versions',
  summary: 'Move a version to another stage',
  description:
    'Production has one version afterwards: those that were there are archived in the same transaction and named in `displaced`.',
  body: BODY,
  answer: ANSWER,
  accepted: Type.Object({
    success: SUCCESS,
    status: Type.Enum(['pending_approval']),
    request: REQUEST,
    message: Type.String(),
  }),
  problems: [
    'model_not_found',
    'version_not_found',
    'version_deleted',
    'version_purged',
    'already_in_stage',
    'digest_mismatch',
    'override_required',
    'transition_not_allowed',
    'version_not_sealed',
    'version_damaged',
    'version_tainted',
    'prerelease_not_allowed',
    'gate_failed',
  ],
  model: 'body',
  async run(deps, actor, { body, exchange }) {
    const moved = await changeStage(deps, actor, {
      name: body.model_name,
      reference: parseVersionReference(body.version, '/version'),
      to: parseStage(body.new_stage, '/new_stage'),
      description: body.description ?? null,
      expectedDigest: body.expected_digest ?? null,
      force: body.force ?? false,
      reason: body.reason ?? null,
    });
    if (moved.kind === 'pending') {
      exchange.status = 202;
      const view = await getTransitionRequest(deps, actor, moved.request.requestId);
      return { status: 'pending_approval', request: renderRequest(view), message: moved.message };
    }
    return {
      model_name: body.model_name,
      version: moved.version,
      semantic_version: moved.semanticVersion,
      from_stage: moved.from,
      new_stage: moved.to,
      stage: moved.to,
      displaced: moved.displaced.map(({ version, to }) => ({ version, new_stage: to })),
      message: `Moved ${body.model_name} version ${moved.version} from ${moved.from} to ${moved.to}`,
    };
  },
});
