import type { Verb } from '../../../domain/permission.ts';
import type { AbsentRow, Method, PlainRow, Route } from './rpc-row.ts';

function proxy<const N extends string>(name: N, verb: Verb, method: Method): PlainRow<N> {
  const routes: Route[] = [`${method} /artifacts/{path…}`];
  return {
    name,
    mount: 'artifacts',
    routes,
    status: 'implemented',
    by: 'route',
    permission: { verb, on: 'experiment' },
  };
}

/** The artifact proxy: bytes of runs and logged models. */
export const ARTIFACT_ROUTES = [
  // MLflow: both its services have a `listArtifacts`; this is the proxy's.
  { ...proxy('listProxyArtifacts', 'read-artifact', 'GET'), routes: ['GET /artifacts'] as const },
  proxy('downloadArtifact', 'read-artifact', 'GET'),
  proxy('uploadArtifact', 'write-artifact', 'PUT'),
  proxy('deleteArtifact', 'delete', 'DELETE'),
];

const PARTS = 'Files are uploaded and downloaded in one stream.';
// MLflow: its client matches these beginnings and goes on with one stream.
const NO_MULTIPART_UPLOAD = 'Multipart upload is not supported for the current artifact repository';
const NO_MULTIPART_DOWNLOAD = 'Multipart download is not supported for the current artifact repository';

function inParts(name: string, route: Route, notImplemented: string): AbsentRow {
  return { name, mount: 'artifacts', routes: [route], status: 'absent', reason: PARTS, notImplemented };
}

/** The ways around the proxy: parts and presigned addresses. */
export const ABSENT_ARTIFACT_RPCS: readonly AbsentRow[] = [
  inParts('createMultipartUpload', 'POST /mpu/create/{path…}', NO_MULTIPART_UPLOAD),
  inParts('completeMultipartUpload', 'POST /mpu/complete/{path…}', NO_MULTIPART_UPLOAD),
  inParts('abortMultipartUpload', 'POST /mpu/abort/{path…}', NO_MULTIPART_UPLOAD),
  inParts('getPresignedDownloadUrl', 'GET /presigned/{path…}', NO_MULTIPART_DOWNLOAD),
  {
    name: 'createPresignedUploadUrl',
    mount: 'api2',
    routes: ['POST /artifacts/presigned-upload-url'],
    status: 'absent',
    reason: PARTS,
  },
  {
    name: 'createPresignedDownloadUrl',
    mount: 'api2',
    routes: ['POST /artifacts/presigned-download-url'],
    status: 'absent',
    reason: PARTS,
  },
];
