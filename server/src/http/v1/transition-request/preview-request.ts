import { previewTransition } from '../../../operations/transition-request-preview.ts';
import { endpoint } from '../endpoint.ts';
import { nullable, STAGE, SUCCESS } from '../fields.ts';
import { GATE } from '../gate.ts';
import { describeFailure } from '../problem.ts';
import { Type } from '../schema-builder.ts';
import { APPROVAL, renderApproval } from './fields.ts';
import { REQUEST_BODY, readRequestBody } from './target.ts';

const PREVIEW = Type.Object({
  model_name: Type.String(),
  version: Type.Integer(),
  from_stage: STAGE,
  target: Type.String({ description: '`stage:<stage>` or `alias:<alias>`.' }),
  policy: Type.Object({ name: Type.String(), revision: Type.Integer() }),
  outcome: Type.Enum(['at_once', 'needs_request', 'refused']),
  refusal: nullable(
    Type.Object({ code: Type.String(), detail: Type.String() }, { description: 'Null unless refused.' }),
  ),
  approvals: Type.Array(APPROVAL),
  exclude: Type.Array(Type.Enum(['author', 'requester'])),
  approvers: Type.Array(Type.String(), { description: 'Names of people whose approval would count now.' }),
  checks: Type.Array(
    Type.Object({ name: Type.String(), from: Type.Array(Type.String()), missing: Type.Boolean() }),
  ),
  gates: Type.Array(GATE),
  execute: nullable(Type.Enum(['on_approval', 'manual'])),
});

export const previewTransitionRequestEndpoint = endpoint({
  method: 'POST',
  path: '/transition-requests/preview',
  operation: 'previewTransitionRequest',
  permission: 'request-transition',
  tag: 'Governance',
  summary: 'What a transition would take',
  description:
    'The policy that governs it, every gate with its figures, the checks that are missing, and who may approve. Nothing is opened.',
  body: REQUEST_BODY,
  answer: Type.Object({ success: SUCCESS, preview: PREVIEW }),
  problems: [
    'model_not_found',
    'version_not_found',
    'version_deleted',
    'version_purged',
    'transition_not_allowed',
  ],
  model: 'body',
  async run(deps, actor, { body }) {
    const { asked, rule, refusal, waits, gates, missingChecks, approvers } = await previewTransition(
      deps,
      actor,
      readRequestBody(body),
    );
    const failure = refusal === null ? null : describeFailure(refusal);
    return {
      preview: {
        model_name: asked.identity.name,
        version: asked.version.version,
        from_stage: asked.from,
        target: asked.target,
        policy: { name: asked.governing.policy.name, revision: asked.governing.revision },
        outcome: failure !== null ? 'refused' : waits ? 'needs_request' : 'at_once',
        refusal: failure && { code: failure.code, detail: failure.detail },
        approvals: (rule?.approvals ?? []).map(renderApproval),
        exclude: rule?.exclude ?? [],
        approvers,
        checks: (rule?.checks ?? []).map(({ name, from }) => ({
          name,
          from,
          missing: missingChecks.includes(name),
        })),
        gates,
        execute: rule?.execute ?? null,
      },
    };
  },
});
