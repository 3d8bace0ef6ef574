import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type ArtifactPath, joinArtifactPaths, parseArtifactPath } from '../../../domain/artifact-path.ts';
import { abortMultipart, completeMultipart, createMultipart } from '../../../operations/client-upload.ts';
import { presignDownload } from '../../../operations/direct-transfer.ts';
import type { PresignedRequest } from '../../../operations/ports/artifact-store.ts';
import type { Deps } from '../../../operations/ports.ts';
import { renderProtoJson } from '../proto-json/render.ts';
import { readRequest } from '../proto-json/request.ts';
import { int64, type Message, message, repeated, required, requiredString, string } from '../proto-json.ts';
import { DIRECT_ROUTES } from '../rpcs/artifact.ts';
import { permissionOf } from '../rpcs/rpc-row.ts';
import { mountedRoutes } from '../rpcs.ts';
import { pathOfRequest } from './request-path.ts';

const CREATE = message({ path: requiredString(), num_parts: int64() });
const PART = message({ part_number: int64(), etag: string(), url: string() });
const COMPLETE = message({ path: requiredString(), upload_id: string(), parts: required(repeated(PART)) });
const ABORT = message({ path: requiredString(), upload_id: string() });

type Handler = (deps: Deps, route: string, request: FastifyRequest) => Promise<object>;

/** Uploads in parts and presigned downloads: the bytes go between the client and the store. */
const HANDLERS: Record<(typeof DIRECT_ROUTES)[number]['name'], Handler> = {
  async createMultipartUpload(deps, route, request) {
    const { path, input } = read(CREATE, route, request);
    const partCount = Number(input.num_parts ?? 0);
    const created = await createMultipart(deps, request.actor, { path, partCount });
    return {
      upload_id: created.uploadId,
      credentials: created.parts.map((part) => ({
        url: part.url,
        part_number: part.partNumber,
        headers: headersOf(part),
      })),
    };
  },
  async completeMultipartUpload(deps, route, request) {
    const { path, input } = read(COMPLETE, route, request);
    const parts = input.parts.map(({ part_number, etag = '' }) => ({
      partNumber: Number(part_number ?? 0),
      etag,
    }));
    await completeMultipart(deps, request.actor, { path, uploadId: input.upload_id ?? '', parts });
    return {};
  },
  async abortMultipartUpload(deps, route, request) {
    const { path, input } = read(ABORT, route, request);
    await abortMultipart(deps, request.actor, { path, uploadId: input.upload_id ?? '' });
    return {};
  },
  async getPresignedDownloadUrl(deps, route, request) {
    const download = await presignDownload(deps, request.actor, pathOfRequest(request, route));
    // MLflow: no message; headers are there even when there are none.
    return { url: download.url, headers: headersOf(download) ?? {}, file_size: download.sizeBytes };
  },
};

/** Where a body is a buffer. */
export function registerDirectRoutes(app: FastifyInstance, deps: Deps): void {
  for (const row of DIRECT_ROUTES)
    for (const { method, url } of mountedRoutes(row)) {
      const route = url.replace(/\/\*$/, '');
      app.route({
        method,
        url,
        exposeHeadRoute: false,
        config: { operation: row.name, permission: permissionOf(row.permission) },
        handler: async (request, reply) =>
          reply
            .type('application/json')
            .send(renderProtoJson(await HANDLERS[row.name](deps, route, request))),
      });
    }
}

/** Headers to be sent along; undefined when there are none. */
export function headersOf({ headers }: PresignedRequest): Record<string, string> | undefined {
  return headers.size === 0 ? undefined : Object.fromEntries(headers);
}

/** MLflow: the URL names the folder, and the last part of `path` the file in it. */
function read<I extends { readonly path: string }>(
  fields: Message<I>,
  route: string,
  request: FastifyRequest,
): { path: ArtifactPath; input: I } {
  const folder = pathOfRequest(request, route);
  const input = readRequest(fields, {
    method: request.method,
    contentType: request.headers['content-type'],
    query: '',
    body: request.body as Buffer | undefined,
    params: {},
  });
  return { path: joinArtifactPaths(folder, parseArtifactPath(baseName(input.path))), input };
}

/** A client sends the path of its own file, as its system writes it. */
function baseName(path: string): string {
  const separator = /^(?:[a-z]:)?\\\\?[^\\]/i.test(path) ? '\\' : '/';
  return path.slice(path.lastIndexOf(separator) + 1);
}
