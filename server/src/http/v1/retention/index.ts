import type { Endpoint } from '../endpoint.ts';
import { applyPlanEndpoint } from './apply-plan.ts';
import { createPlanEndpoint } from './create-plan.ts';
import { getPlanEndpoint } from './get-plan.ts';
import { getRetentionEndpoint } from './get-retention.ts';
import { listActionsEndpoint, listKeptEndpoint } from './list-entries.ts';

export const retentionEndpoints: readonly Endpoint[] = [
  getRetentionEndpoint,
  createPlanEndpoint,
  getPlanEndpoint,
  listActionsEndpoint,
  listKeptEndpoint,
  applyPlanEndpoint,
];
