import { RegistryError } from '../../../domain/errors.ts';
import { getPolicy, putPolicy } from '../../../operations/policy.ts';
import type { Deps } from '../../../operations/ports.ts';
import { type Exchange, endpoint } from '../endpoint.ts';
import { entityTag } from '../etag.ts';
import { SUCCESS } from '../fields.ts';
import { renderJson } from '../json-answer.ts';
import { Type } from '../schema-builder.ts';
import { POLICY, POLICY_PARAMS, renderPolicy } from './fields.ts';

export const putPolicyEndpoint = endpoint({
  method: 'PUT',
  path: '/policies/:name',
  operation: 'putPolicy',
  permission: 'manage-policy',
  tag: 'Governance',
  summary: 'Write a policy',
  description:
    'Makes another revision, which never changes; open requests keep theirs. `If-Match` names the ETag of what was read; `If-None-Match: *` writes a new one.',
  params: POLICY_PARAMS,
  body: Type.Object({}, { additionalProperties: true }),
  answer: Type.Object({ success: SUCCESS, policy: POLICY }),
  problems: ['resource_conflict', 'resource_exists'],
  async run(deps, actor, { params, body, exchange }) {
    const known = await seenRevision(deps, params.name, exchange);
    const { view } = await putPolicy(deps, actor, { name: params.name, document: body, known });
    return { policy: renderPolicy(view) };
  },
});

/** The revision that If-Match means; null: none. @throws `resource_conflict` when it means another one. */
async function seenRevision(deps: Deps, name: string, { ifMatch }: Exchange): Promise<number | null> {
  if (ifMatch === null) return null;
  const policy = await getPolicy(deps, name);
  const tag = entityTag(deps.digests, renderJson({ success: true, policy: renderPolicy(policy) }));
  if (ifMatch.trim() === '*' || ifMatch.split(',').some((one) => one.trim() === tag)) return policy.revision;
  throw new RegistryError('resource_conflict', {
    message: `Policy ${name} is not what you have read any more; read it again.`,
  });
}
