import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { beginCall, forgetCall, keepAnswer } from '../../operations/idempotency.ts';
import type { Deps } from '../../operations/ports.ts';
import { Type } from './schema-builder.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The keyed request that runs, whose answer is to be kept; null without a key. */
    keyedCall: string | null;
  }
}

/** What a POST may say besides its body. */
export const KEY_HEADER = Type.Object({
  'Idempotency-Key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description:
        'The same request again within 24 hours is answered as the first was, with `Idempotency-Replayed: true`, and changes nothing.',
    }),
  ),
});

/** What it may be refused with, then. */
export const KEY_PROBLEMS = ['idempotency_key_running', 'idempotency_key_reused'] as const;

/** Heeds `Idempotency-Key` on every POST of the scope (v1-api section 0). */
export function registerIdempotency(app: FastifyInstance, deps: Deps): void {
  app.decorateRequest('keyedCall', null);
  app.addHook('preHandler', async (request, reply) => {
    const key = request.headers['idempotency-key'];
    if (key === undefined || request.method !== 'POST' || request.is404) return;
    if (request.routeOptions.config.answersSecret) return;
    const [path = ''] = request.url.split('?', 1);
    const call = { key: String(key), method: request.method, path, body: request.bodyText };
    const { id, answer } = await beginCall(deps, request.actor, call);
    if (answer === null) {
      request.keyedCall = id;
      return;
    }
    return reply
      .code(answer.status)
      .header('content-type', answer.contentType)
      .header('idempotency-replayed', 'true')
      .send(answer.body);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const id = request.keyedCall;
    if (id === null) return;
    request.keyedCall = null;
    await settle(deps, id, { request, reply, payload });
  });
}

/** Only what was decided is kept; a failure of ours decides nothing. */
async function settle(
  deps: Deps,
  id: string,
  { request, reply, payload }: { request: FastifyRequest; reply: FastifyReply; payload: unknown },
): Promise<void> {
  const { statusCode: status } = reply;
  try {
    if (status >= 500 || typeof payload !== 'string') return await forgetCall(deps, id);
    await keepAnswer(deps, id, {
      status,
      contentType: String(reply.getHeader('content-type')),
      body: payload,
    });
  } catch (error) {
    // The change is made and is answered; the key stays taken, so that it is not made again.
    request.log.error({ request_id: request.id, err: error }, 'the answer of a keyed request was not kept');
  }
}
