import { HOLD_REFERENCE_LENGTH } from '../../../domain/hold.ts';
import { MARKING_REASON_LENGTH } from '../../../domain/marking.ts';
import { placeHold } from '../../../operations/hold.ts';
import { parseVersionReference } from '../../../operations/version-reference.ts';
import { endpoint } from '../endpoint.ts';
import { MODEL_NAME, SUCCESS, VERSION } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { HOLD, renderHold } from './fields.ts';

export const createHoldEndpoint = endpoint({
  method: 'POST',
  path: '/holds',
  operation: 'createHold',
  permission: 'hold',
  tag: 'Governance',
  summary: 'Forbid a deletion',
  description:
    'Of a version, or (without `version`) of a whole model, through either API and whatever the policy says, until an admin lifts it. Any number may stand side by side.',
  status: 201,
  body: Type.Object(
    {
      model_name: MODEL_NAME,
      version: Type.Optional(VERSION),
      reason: Type.String({ description: `1 to ${MARKING_REASON_LENGTH} characters.` }),
      reference: Type.Optional(
        Type.String({
          description: `What it is about elsewhere, such as LEGAL-14: 1 to ${HOLD_REFERENCE_LENGTH} characters.`,
        }),
      ),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({ success: SUCCESS, hold: HOLD }),
  problems: ['model_not_found', 'no_versions', 'version_not_found', 'version_deleted', 'version_purged'],
  model: 'body',
  async run(deps, actor, { body }) {
    const { model_name: name, version, reason, reference } = body;
    const placed = await placeHold(deps, actor, {
      name,
      reference: version === undefined ? null : parseVersionReference(version, '/version'),
      reason,
      about: reference ?? null,
    });
    return { hold: renderHold(placed) };
  },
});
