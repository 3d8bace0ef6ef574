import { modelRpc } from './rpc-row.ts';

/** MLflow's webhooks: who is told of changes to the model registry. */
export const WEBHOOK_RPCS = [
  modelRpc('createWebhook', 'manage-webhooks', 'POST /webhooks'),
  modelRpc('listWebhooks', 'read-webhooks', 'GET /webhooks'),
  modelRpc('getWebhook', 'read-webhooks', 'GET /webhooks/{webhook_id}'),
  modelRpc('updateWebhook', 'manage-webhooks', 'PATCH /webhooks/{webhook_id}'),
  modelRpc('deleteWebhook', 'manage-webhooks', 'DELETE /webhooks/{webhook_id}'),
  modelRpc('testWebhook', 'manage-webhooks', 'POST /webhooks/{webhook_id}/test'),
];
