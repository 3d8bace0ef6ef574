import type { Endpoint } from '../endpoint.ts';
import type { LinesEndpoint } from '../lines-endpoint.ts';
import { exportEventsEndpoint } from './export-events.ts';
import { getCheckpointEndpoint } from './get-checkpoint.ts';
import { getProofEndpoint } from './get-proof.ts';
import { listEventsEndpoint } from './list-events.ts';

export const auditEndpoints: readonly (Endpoint | LinesEndpoint)[] = [
  listEventsEndpoint,
  exportEventsEndpoint,
  getProofEndpoint,
  getCheckpointEndpoint,
];
