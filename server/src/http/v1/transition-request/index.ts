import type { Endpoint } from '../endpoint.ts';
import { createTransitionRequestEndpoint } from './create-request.ts';
import { executeEndpoint } from './execute.ts';
import { getTransitionRequestEndpoint } from './get-request.ts';
import { listTransitionRequestsEndpoint } from './list-requests.ts';
import { previewTransitionRequestEndpoint } from './preview-request.ts';
import { voteEndpoint } from './vote.ts';
import { withdrawEndpoint } from './withdraw.ts';

export const transitionRequestEndpoints: readonly Endpoint[] = [
  listTransitionRequestsEndpoint,
  createTransitionRequestEndpoint,
  previewTransitionRequestEndpoint,
  getTransitionRequestEndpoint,
  voteEndpoint,
  withdrawEndpoint,
  executeEndpoint,
];
