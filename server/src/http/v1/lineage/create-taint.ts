import { placeTaint } from '../../../operations/taint.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { renderTaint, TAINT } from './fields.ts';

export const createTaintEndpoint = endpoint({
  method: 'POST',
  path: '/lineage/taints',
  operation: 'createTaint',
  permission: 'hold',
  tag: 'Lineage',
  summary: 'Mark a dataset as bad',
  description:
    'By an approver on all models. Versions that depend on it show that (`taints`), and none of them enters production, not even by force, until the taint is lifted. What is in production stays there; `live` tells what is to be replaced.',
  status: 201,
  body: Type.Object(
    { dataset: Type.String(), digest: Type.String(), reason: Type.String() },
    { additionalProperties: false },
  ),
  answer: Type.Object({ success: SUCCESS, taint: TAINT }),
  problems: [],
  async run(deps, actor, { body }) {
    return { taint: renderTaint(await placeTaint(deps, actor, body)) };
  },
});
