import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../domain/actor.ts';
import type { Deps } from '../../operations/ports.ts';
import type { Description } from './endpoint.ts';

export const LINES_TYPE = 'application/x-ndjson';

/** An operation that answers lines of JSON as they are read: as many as there are. It takes no input. */
export interface LinesEndpoint extends Description {
  readonly schemas: Readonly<Record<string, never>>;
  /** A failure before the first line is answered as such; a later one cuts the answer off. */
  readonly lines: (deps: Deps, actor: Actor) => AsyncGenerator<string>;
}

/** Sends the lines of the endpoint; nothing is read ahead of what the peer takes. */
export async function sendLines(
  deps: Deps,
  endpoint: LinesEndpoint,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<FastifyReply> {
  const lines = endpoint.lines(deps, request.actor);
  const first = await lines.next();
  const all = async function* (): AsyncGenerator<string> {
    if (first.done === true) return;
    yield first.value;
    yield* lines;
  };
  return reply.type(LINES_TYPE).send(Readable.from(all()));
}
