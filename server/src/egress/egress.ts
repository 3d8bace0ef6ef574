import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Egress, EgressOutcome, EgressRequest } from '../operations/ports/egress.ts';
import { failureReason } from './failure-reason.ts';
import { type HostAddress, type ResolveHost, resolveChecked, systemResolve } from './resolve.ts';

export interface EgressOptions {
  /** `https`, and `http` only for receivers without TLS. */
  readonly schemes: readonly string[];
  /** Lets private addresses pass; for receivers on the same machine or network. */
  readonly allowPrivate: boolean;
  readonly resolve?: ResolveHost;
  /** Certificate authorities, in PEM, instead of the ones that Node knows. */
  readonly ca?: string;
}

/** An answer's header may be this long, and this much of its body is read before the connection is cut. */
const HEADER_BYTES = 16_384;
const READ_BYTES = 65_536;

/** The `Egress` on Node's own HTTP client. Each request has a connection of its own. */
export function createEgress({ schemes, allowPrivate, resolve = systemResolve, ca }: EgressOptions): Egress {
  const guard = { resolve, allowPrivate };
  return {
    async check(url) {
      // MLflow: a name that does not resolve yet is fine then.
      if (allowPrivate) return null;
      const found = await resolveChecked(url, guard);
      return 'kind' in found ? found : null;
    },
    async post(given) {
      if (!schemes.includes(given.url.protocol.slice(0, -1)))
        return { kind: 'failed', reason: 'the scheme of the URL is not allowed' };
      const deadline = AbortSignal.timeout(given.deadlineMs);
      const found = await resolveChecked(given.url, guard);
      if ('kind' in found) return found;
      const signal = given.signal === undefined ? deadline : AbortSignal.any([deadline, given.signal]);
      try {
        return await send(given, { addresses: found, signal, ca });
      } catch (error) {
        if (given.signal?.aborted) return { kind: 'aborted' };
        return { kind: 'failed', reason: failureReason(error, deadline.aborted) };
      }
    },
  };
}

interface Connection {
  readonly addresses: readonly HostAddress[];
  readonly signal: AbortSignal;
  readonly ca: string | undefined;
}

/** Connects to one of the checked addresses, under the name of the URL, and reads the answer to its bound. */
async function send(given: EgressRequest, connection: Connection): Promise<EgressOutcome> {
  const { url, body, keepBytes } = given;
  const { ca } = connection;
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = open(url, {
    method: 'POST',
    headers: {
      Accept: '*/*',
      'User-Agent': 'farmiq-registry',
      'Content-Length': Buffer.byteLength(body),
      ...given.headers,
    },
    // No pool: a connection that was made for one check is not used after another.
    agent: false,
    lookup: lookupOf(connection.addresses),
    signal: connection.signal,
    maxHeaderSize: HEADER_BYTES,
    ...(ca === undefined ? {} : { ca }),
  });
  request.end(body);
  const response = await answerOf(request);
  const kept = await readBeginning(response, keepBytes);
  return {
    kind: 'answered',
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'] ?? null,
    body: kept,
  };
}

/** Answers every question for the host with the addresses that were checked. */
function lookupOf(addresses: readonly HostAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    // Stays: what goes wrong after the answer began is told by the answer.
    request.on('error', reject);
  });
}

/** The first `keepBytes` as text. The status is known by now, so a body that breaks off harms nobody. */
async function readBeginning(response: IncomingMessage, keepBytes: number): Promise<string> {
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let readBytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      readBytes += chunk.length;
      if (keptBytes < keepBytes) kept.push(chunk.subarray(0, keepBytes - keptBytes));
      keptBytes = Math.min(keepBytes, readBytes);
      if (readBytes >= READ_BYTES) break;
    }
  } catch {
    // Cut, or too slow.
  }
  response.destroy();
  return new TextDecoder().decode(Buffer.concat(kept));
}
