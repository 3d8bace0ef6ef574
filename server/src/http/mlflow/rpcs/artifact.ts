import type { Verb } from '../../../domain/permission.ts';
import { experimentRpc, type Method, type Mount, modelRpc, type PlainRow, type Route } from './rpc-row.ts';

function proxy<const N extends string>(name: N, verb: Verb, method: Method): PlainRow<N> {
  return file(name, verb, 'artifacts', `${method} /artifacts/{path…}`);
}

function file<const N extends string>(name: N, verb: Verb, mount: Mount, route: Route): PlainRow<N> {
  return {
    name,
    mount,
    routes: [route],
    status: 'implemented',
    by: 'route',
    permission: { verb, on: 'experiment' },
  };
}

/** Bytes of runs, logged models and versions: the artifact proxy, and what MLflow's web UI calls. */
export const ARTIFACT_ROUTES = [
  // MLflow: both its services have a `listArtifacts`; this is the proxy's.
  file('listProxyArtifacts', 'read-artifact', 'artifacts', 'GET /artifacts'),
  proxy('downloadArtifact', 'read-artifact', 'GET'),
  proxy('uploadArtifact', 'write-artifact', 'PUT'),
  proxy('deleteArtifact', 'delete', 'DELETE'),
  file('getArtifact', 'read-artifact', 'root', 'GET /get-artifact'),
  {
    ...file('getModelVersionArtifact', 'read-artifact', 'root', 'GET /model-versions/get-artifact'),
    permission: modelRpc('getModelVersionArtifact', 'read-artifact').permission,
  },
  file('uploadRunArtifact', 'write-artifact', 'ajax2', 'POST /upload-artifact'),
  file('getLoggedModelArtifact', 'read-artifact', 'ajax2', 'GET /logged-models/{model_id}/artifacts/files'),
];

/** Ways around the proxy for stores that have them: uploads in parts, and downloads at the store itself. */
export const DIRECT_ROUTES = [
  file('createMultipartUpload', 'write-artifact', 'artifacts', 'POST /mpu/create/{path…}'),
  file('completeMultipartUpload', 'write-artifact', 'artifacts', 'POST /mpu/complete/{path…}'),
  file('abortMultipartUpload', 'write-artifact', 'artifacts', 'POST /mpu/abort/{path…}'),
  file('getPresignedDownloadUrl', 'read-artifact', 'artifacts', 'GET /presigned/{path…}'),
];

/** The same for runs whose files lie in the store under its own URI. */
export const PRESIGNED_RPCS = [
  experimentRpc('createPresignedUploadUrl', 'write-artifact', 'POST /artifacts/presigned-upload-url'),
  experimentRpc('createPresignedDownloadUrl', 'read-artifact', 'POST /artifacts/presigned-download-url'),
];
