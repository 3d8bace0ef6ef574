import type { Endpoint } from '../endpoint.ts';
import { acceptRunEventEndpoint } from './accept-run-event.ts';
import { createEdgesEndpoint } from './create-edges.ts';
import { createTaintEndpoint } from './create-taint.ts';
import { deleteTaintEndpoint } from './delete-taint.ts';
import { getImpactEndpoint } from './get-impact.ts';
import { listTaintsEndpoint } from './list-taints.ts';

export const lineageEndpoints: readonly Endpoint[] = [
  createEdgesEndpoint,
  getImpactEndpoint,
  listTaintsEndpoint,
  createTaintEndpoint,
  deleteTaintEndpoint,
  acceptRunEventEndpoint,
];
