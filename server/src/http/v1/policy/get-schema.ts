import { endpoint } from '../endpoint.ts';
import { SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { POLICY_DOCUMENT } from './document-schema.ts';

export const getPolicySchemaEndpoint = endpoint({
  method: 'GET',
  path: '/policies/schema',
  operation: 'getPolicySchema',
  permission: 'signed-in',
  tag: 'Governance',
  summary: 'What a policy may say',
  description: 'JSON Schema, 2020-12.',
  answer: Type.Object({ success: SUCCESS, schema: Type.Object({}, { additionalProperties: true }) }),
  problems: [],
  tagged: true,
  run: async () => ({ schema: POLICY_DOCUMENT }),
});
