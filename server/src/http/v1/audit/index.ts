import type { Endpoint } from '../endpoint.ts';
import { getCheckpointEndpoint } from './get-checkpoint.ts';
import { getProofEndpoint } from './get-proof.ts';
import { listEventsEndpoint } from './list-events.ts';

export const auditEndpoints: readonly Endpoint[] = [
  listEventsEndpoint,
  getProofEndpoint,
  getCheckpointEndpoint,
];
