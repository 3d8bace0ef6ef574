import { getCheckpoint } from '../../../operations/audit-query.ts';
import { endpoint } from '../endpoint.ts';
import { nullable, SUCCESS } from '../fields.ts';
import { Type } from '../schema-builder.ts';
import { CHECKPOINT, PUBLIC_KEY, renderCheckpointEntry } from './fields.ts';

export const getCheckpointEndpoint = endpoint({
  method: 'GET',
  path: '/audit/checkpoint',
  operation: 'getAuditCheckpoint',
  permission: 'read-audit',
  tag: 'Audit',
  summary: 'The newest checkpoint of the audit log',
  description:
    'A signed statement of how many events there are and what they are. Whoever keeps it elsewhere can prove later that none was changed, removed or put in.',
  answer: Type.Object({ success: SUCCESS, checkpoint: nullable(CHECKPOINT), public_key: PUBLIC_KEY }),
  problems: [],
  async run(deps, actor) {
    const { checkpoint, publicKey } = await getCheckpoint(deps, actor);
    return {
      checkpoint: checkpoint === null ? null : renderCheckpointEntry(checkpoint),
      public_key: publicKey,
    };
  },
});
