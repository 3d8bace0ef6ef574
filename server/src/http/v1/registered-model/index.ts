import type { Endpoint } from '../endpoint.ts';
import { deleteModelEndpoint } from './delete-model.ts';
import { listModelsEndpoint } from './list-models.ts';
import { rollbackModelEndpoint } from './rollback-model.ts';
import { updateModelEndpoint } from './update-model.ts';

export const registeredModelEndpoints: readonly Endpoint[] = [
  listModelsEndpoint,
  updateModelEndpoint,
  deleteModelEndpoint,
  rollbackModelEndpoint,
];
