import { getImpact } from '../../../operations/taint.ts';
import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { AFFECTED, renderAffected } from './fields.ts';

export const getImpactEndpoint = endpoint({
  method: 'GET',
  path: '/lineage/impact',
  operation: 'getImpact',
  permission: 'read-metadata',
  tag: 'Lineage',
  summary: 'What depends on a dataset',
  description:
    'Every living version that was trained or evaluated on it, or derived from one that was, however far away, as far as the caller may read it; by name and version.',
  query: Type.Object(
    { dataset: Type.String({ minLength: 1 }), digest: Type.String({ minLength: 1 }) },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    success: SUCCESS,
    versions: Type.Array(AFFECTED),
    truncated: Type.Boolean({ description: 'True when there are more than 10,000.' }),
  }),
  problems: [],
  async run(deps, actor, { query }) {
    const { versions, truncated } = await getImpact(deps, actor, query);
    return { versions: versions.map(renderAffected), truncated };
  },
});
