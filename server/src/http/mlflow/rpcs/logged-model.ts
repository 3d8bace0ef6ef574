import { experimentRpc } from './rpc-row.ts';

/** Logged models: what `log_model` makes before a version is registered from it. */
export const LOGGED_MODEL_RPCS = [
  experimentRpc('createLoggedModel', 'edit-metadata', 'POST /logged-models'),
  experimentRpc('finalizeLoggedModel', 'edit-metadata', 'PATCH /logged-models/{model_id}'),
  experimentRpc('getLoggedModel', 'read-metadata', 'GET /logged-models/{model_id}'),
  experimentRpc('deleteLoggedModel', 'delete', 'DELETE /logged-models/{model_id}'),
  experimentRpc('searchLoggedModels', 'read-metadata', 'POST /logged-models/search'),
  experimentRpc('setLoggedModelTags', 'edit-metadata', 'PATCH /logged-models/{model_id}/tags'),
  experimentRpc('deleteLoggedModelTag', 'edit-metadata', 'DELETE /logged-models/{model_id}/tags/{tag_key}'),
  experimentRpc('LogLoggedModelParams', 'edit-metadata', 'POST /logged-models/{model_id}/params'),
  experimentRpc(
    'listLoggedModelArtifacts',
    'read-metadata',
    'GET /logged-models/{model_id}/artifacts/directories',
  ),
];
