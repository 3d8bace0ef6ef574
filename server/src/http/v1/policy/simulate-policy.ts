import { simulatePolicy } from '../../../operations/policy-simulation.ts';
import { endpoint } from '../endpoint.ts';
import { nullable, STAGE, SUCCESS, TIME } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderTime } from '../time.ts';
import { POLICY_PARAMS } from './fields.ts';

export const simulatePolicyEndpoint = endpoint({
  method: 'POST',
  path: '/policies/:name/simulate',
  operation: 'simulatePolicy',
  permission: 'manage-policy',
  tag: 'Governance',
  summary: 'What a draft would have stopped',
  description:
    'Replays what happened to the models that the draft would govern, and changes nothing. Gates are judged by the metrics of now; of votes only their number counts.',
  params: POLICY_PARAMS,
  body: Type.Object(
    { policy: Type.Object({}, { additionalProperties: true, description: 'The draft.' }) },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    success: SUCCESS,
    models: Type.Integer(),
    transitions: Type.Integer({ description: 'That were replayed.' }),
    stopped: Type.Array(
      Type.Object({
        model_name: Type.String(),
        version: Type.Integer(),
        from_stage: STAGE,
        to_stage: STAGE,
        at: nullable(TIME),
        reason: Type.String(),
      }),
    ),
    truncated: Type.Boolean({ description: 'There was more than is replayed at once.' }),
  }),
  problems: [],
  async run(deps, actor, { params, body }) {
    const { models, transitions, stopped, isTruncated } = await simulatePolicy(deps, actor, {
      name: params.name,
      document: body.policy,
    });
    return {
      models,
      transitions,
      stopped: stopped.map(({ model, version, from, to, atMs, reason }) => ({
        model_name: model,
        version,
        from_stage: from,
        to_stage: to,
        at: renderTime(atMs),
        reason,
      })),
      truncated: isTruncated,
    };
  },
});
