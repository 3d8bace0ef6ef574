import type { FastifyReply, FastifyRequest } from 'fastify';
import { isRegistryError } from '../../domain/errors.ts';
import type { OpenedArtifact } from '../../operations/artifact.ts';
import { parseRange, type RequestedRange } from './byte-range.ts';
import { attachment } from './content-disposition.ts';
import { mediaType } from './media-type.ts';
import { isCut } from './request-telemetry.ts';

/** A file that was opened, under the name that it is to be saved by. */
export interface FileToSend extends OpenedArtifact {
  readonly name: string;
}

/**
 * Answers GET and HEAD with an opened file: the whole, one range of it (206), or nothing when the client has it
 * already (304). The ETag is the file's SHA-256, when that is known. The file is closed in every case.
 * @throws `range_not_satisfiable`.
 */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  opened: FileToSend,
): Promise<void> {
  let body: NodeJS.ReadableStream | undefined;
  try {
    body = prepare(request, reply, opened);
  } finally {
    if (body === undefined) await opened.file.close();
  }
  if (body !== undefined) noteSent(request, reply);
  reply.send(body);
}

/** How much a client got that left is known by its connection, the head of the answer included. */
function noteSent({ server, raw: { socket } }: FastifyRequest, reply: FastifyReply): void {
  const before = socket.bytesWritten;
  const wholeBytes = Number(reply.getHeader('content-length'));
  reply.raw.once('close', () => {
    const sentBytes = isCut(reply.raw) ? Math.min(wholeBytes, socket.bytesWritten - before) : wholeBytes;
    server.telemetry.transferred('out', sentBytes);
  });
}

/** Sets status and headers; gives the stream when there is a body to send. */
function prepare(
  request: FastifyRequest,
  reply: FastifyReply,
  { file, sha256, name }: FileToSend,
): NodeJS.ReadableStream | undefined {
  const etag = sha256 === null ? undefined : `"${sha256}"`;
  if (etag !== undefined) reply.header('etag', etag).header('repr-digest', reprDigest(etag));
  reply.header('accept-ranges', 'bytes').header('cache-control', 'private, no-cache');
  if (isKnown(request.headers['if-none-match'], etag)) {
    reply.code(304);
    return undefined;
  }
  const { sizeBytes, modifiedAtMs } = file;
  const range = rangeOf(request, reply, etag, sizeBytes);
  setDescription(reply, { name, range, sizeBytes, modifiedAtMs });
  return request.method === 'HEAD' ? undefined : file.stream(range ?? undefined);
}

/** MLflow: always an attachment that no browser sniffs, since anyone may have uploaded it. */
function setDescription(
  reply: FastifyReply,
  file: { name: string; range: RequestedRange | null; sizeBytes: number; modifiedAtMs: number },
): void {
  const { range, sizeBytes } = file;
  if (range !== null)
    reply.code(206).header('content-range', `bytes ${range.first}-${range.last}/${sizeBytes}`);
  reply
    .type(mediaType(file.name))
    .header('content-length', range === null ? sizeBytes : range.last - range.first + 1)
    .header('content-disposition', attachment(file.name))
    .header('x-content-type-options', 'nosniff')
    .header('last-modified', new Date(file.modifiedAtMs).toUTCString());
}

function rangeOf(
  request: FastifyRequest,
  reply: FastifyReply,
  etag: string | undefined,
  sizeBytes: number,
): RequestedRange | null {
  const condition = request.headers['if-range'];
  // A range of something else than the client has part of would corrupt its file.
  if (condition !== undefined && condition !== etag) return null;
  try {
    return parseRange(request.headers.range, sizeBytes);
  } catch (error) {
    if (isRegistryError(error, 'range_not_satisfiable'))
      reply.header('content-range', `bytes */${sizeBytes}`);
    throw error;
  }
}

/** If-None-Match compares weakly (RFC 9110, section 13.1.2). */
function isKnown(header: string | undefined, etag: string | undefined): boolean {
  if (header === undefined || etag === undefined) return false;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

/** RFC 9530; the same for a range, since it is of the whole. */
function reprDigest(etag: string): string {
  return `sha-256=:${Buffer.from(etag.slice(1, -1), 'hex').toString('base64')}:`;
}
