import type { Endpoint } from '../endpoint.ts';
import { createGrantEndpoint } from './create-grant.ts';
import { deleteGrantEndpoint } from './delete-grant.ts';
import { listGrantsEndpoint } from './list-grants.ts';

export const grantEndpoints: readonly Endpoint[] = [
  listGrantsEndpoint,
  createGrantEndpoint,
  deleteGrantEndpoint,
];
