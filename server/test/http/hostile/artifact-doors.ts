import { mountedRoutes, RPCS } from '../../../src/http/mlflow/rpcs.ts';
import type { Request } from './guarded-app.ts';

export const PREFIXES = ['/api/2.0', '/ajax-api/2.0'] as const;

/** What the doors of artifacts need besides a path. */
export interface Place {
  readonly runId: string;
  /** A logged model. */
  readonly modelId: string;
  /** A model whose version 1 has files of its own and is not sealed. */
  readonly modelName: string;
}

/** A request that names an artifact, and the statuses that refuse it there. */
export interface ArtifactRequest extends Request {
  readonly refusals: readonly number[];
}

/** The target of an artifact of the proxy. */
export function proxied(path: string, prefix: string = PREFIXES[0]): string {
  return `${prefix}/mlflow-artifacts/artifacts/${path}`;
}

/** The artifact proxy and the listings, at each prefix. */
export function proxyDoors(path: string, { runId }: Place): ArtifactRequest[] {
  return PREFIXES.flatMap((prefix) =>
    [
      { method: 'GET', target: proxied(path, prefix) },
      { method: 'HEAD', target: proxied(path, prefix) },
      { method: 'PUT', target: proxied(path, prefix), body: 'evil' },
      { method: 'DELETE', target: proxied(path, prefix) },
      { method: 'GET', target: `${prefix}/mlflow-artifacts/artifacts?path=${path}` },
      { method: 'GET', target: `${prefix}/mlflow/artifacts/list?run_id=${runId}&path=${path}` },
    ].map((request) => ({ ...request, refusals: [400] })),
  );
}

/** The files of a version in v1. */
export function versionDoors(path: string, { modelName }: Place): ArtifactRequest[] {
  const target = `/api/v1/models/${modelName}/versions/1/files/${path}`;
  return [
    { method: 'GET', target, refusals: [400] },
    { method: 'HEAD', target, refusals: [400] },
    { method: 'PUT', target, body: 'evil', refusals: [400] },
  ];
}

const JSON_TYPE = 'Content-Type: application/json';

/** How each route of MLflow that is no part of the proxy names a path. */
const OTHER_ROUTES: Record<string, (url: string, path: string, place: Place) => Request | null> = {
  getArtifact: (url, path, { runId }) => ({
    method: 'GET',
    target: `${url}?run_uuid=${runId}&run_id=${runId}&path=${path}`,
  }),
  getModelVersionArtifact: (url, path, { modelName }) => ({
    method: 'GET',
    target: `${url}?name=${modelName}&version=1&path=${path}`,
  }),
  uploadRunArtifact: (url, path, { runId }) => ({
    method: 'POST',
    target: `${url}?run_uuid=${runId}&path=${path}`,
    body: 'evil',
  }),
  listLoggedModelArtifacts: (url, path, { modelId }) => ({
    method: 'GET',
    target: `${url.replace(':model_id', modelId)}?artifact_directory_path=${path}`,
  }),
  getLoggedModelArtifact: (url, path, { modelId }) => ({
    method: 'GET',
    target: `${url.replace(':model_id', modelId)}?artifact_file_path=${path}`,
  }),
  createMultipartUpload: (url, path) => json(url.replace('*', path), { path: 'x', num_parts: 2 }),
  completeMultipartUpload: (url, path) =>
    json(url.replace('*', path), { path: 'x', upload_id: 'u', parts: [{ part_number: 1, etag: 'e' }] }),
  abortMultipartUpload: (url, path) => json(url.replace('*', path), { path: 'x', upload_id: 'u' }),
  getPresignedDownloadUrl: (url, path) => ({ method: 'GET', target: url.replace('*', path) }),
  createPresignedUploadUrl: (url, path, place) => presigned(url, path, place),
  createPresignedDownloadUrl: (url, path, place) => presigned(url, path, place),
};

/**
 * Every other route that takes a path, at each prefix: refused as a path where the route is implemented, and as
 * an endpoint that is not there where the table says so.
 */
export function otherDoors(path: string, place: Place): ArtifactRequest[] {
  return RPCS.flatMap((row) => {
    const build = OTHER_ROUTES[row.name];
    if (build === undefined) return [];
    // Parts and presigned addresses are for stores that have them; a folder has none.
    const refusals = row.status === 'implemented' ? [400, 501] : [400, 404, 501];
    return mountedRoutes(row).flatMap(({ url }) => {
      const request = build(url, path, place);
      return request === null ? [] : [{ ...request, refusals }];
    });
  });
}

function json(target: string, body: object): Request {
  return { method: 'POST', target, body: JSON.stringify(body), headers: [JSON_TYPE] };
}

/** Null when no JSON text can say what the path says. */
function presigned(target: string, path: string, { runId, modelId }: Place): Request | null {
  try {
    return json(target, { run_id: runId, model_id: modelId, path: decodeURIComponent(path) });
  } catch {
    return null;
  }
}
