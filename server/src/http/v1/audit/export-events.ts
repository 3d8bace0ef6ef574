import { exportEvents } from '../../../operations/audit-query.ts';
import type { LinesEndpoint } from '../lines-endpoint.ts';

export const exportEventsEndpoint: LinesEndpoint = {
  method: 'GET',
  path: '/audit/export',
  operation: 'exportAuditEvents',
  permission: 'read-audit',
  tag: 'Audit',
  summary: 'The whole audit log, as lines of JSON',
  description:
    'The public key, each event with its place, oldest first, and the newest checkpoint: what `farmiq-registry audit verify --export` takes to verify it elsewhere.',
  problems: [],
  schemas: {},
  lines: exportEvents,
};
