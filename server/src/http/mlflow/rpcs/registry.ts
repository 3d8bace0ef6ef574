import { modelRpc } from './rpc-row.ts';

/** MLflow's model registry: registered models, versions, stages, aliases. */
export const REGISTRY_RPCS = [
  modelRpc('createRegisteredModel', 'register-version', 'POST /registered-models/create'),
  modelRpc('renameRegisteredModel', 'edit-metadata', 'POST /registered-models/rename'),
  modelRpc('updateRegisteredModel', 'edit-metadata', 'PATCH /registered-models/update'),
  modelRpc('deleteRegisteredModel', 'delete', 'DELETE /registered-models/delete'),
  modelRpc('getRegisteredModel', 'read-metadata', 'GET /registered-models/get'),
  // The R client searches by POST, which MLflow itself answers with 405.
  modelRpc(
    'searchRegisteredModels',
    'read-metadata',
    'GET /registered-models/search',
    'POST /registered-models/search',
  ),
  modelRpc(
    'getLatestVersions',
    'read-metadata',
    'POST /registered-models/get-latest-versions',
    'GET /registered-models/get-latest-versions',
  ),
  modelRpc('createModelVersion', 'register-version', 'POST /model-versions/create'),
  modelRpc('updateModelVersion', 'edit-metadata', 'PATCH /model-versions/update'),
  modelRpc('transitionModelVersionStage', 'request-transition', 'POST /model-versions/transition-stage'),
  modelRpc('deleteModelVersion', 'delete', 'DELETE /model-versions/delete'),
  modelRpc('getModelVersion', 'read-metadata', 'GET /model-versions/get'),
  modelRpc('searchModelVersions', 'read-metadata', 'GET /model-versions/search'),
  modelRpc('getModelVersionDownloadUri', 'read-metadata', 'GET /model-versions/get-download-uri'),
  modelRpc('setRegisteredModelTag', 'edit-metadata', 'POST /registered-models/set-tag'),
  modelRpc('setModelVersionTag', 'edit-metadata', 'POST /model-versions/set-tag'),
  modelRpc('deleteRegisteredModelTag', 'edit-metadata', 'DELETE /registered-models/delete-tag'),
  modelRpc('deleteModelVersionTag', 'edit-metadata', 'DELETE /model-versions/delete-tag'),
  modelRpc('setRegisteredModelAlias', 'move-alias', 'POST /registered-models/alias'),
  modelRpc('deleteRegisteredModelAlias', 'move-alias', 'DELETE /registered-models/alias'),
  modelRpc('getModelVersionByAlias', 'read-metadata', 'GET /registered-models/alias'),
];
