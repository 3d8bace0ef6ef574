import type { Actor } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import type { KeptAnswer } from './ports/idempotency.ts';
import type { Deps } from './ports.ts';

/** A request with the caller's own key for it; `body` is its text as it was sent. */
export interface KeyedCall {
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** `answer`: what the same request was answered before. Null: it runs now; end with `keepAnswer` or `forgetCall`. */
export interface BegunCall {
  readonly id: string;
  readonly answer: KeptAnswer | null;
}

const LIFETIME_MS = 24 * 60 * 60 * 1_000;
/** Expired requests that each new one takes away. */
const SWEPT_AT_ONCE = 100;
const KEY = /^[\x20-\x7e]{1,255}$/;

/**
 * Takes note of a keyed request before it runs, in a unit of work of its own, so that of the same requests at
 * once only one runs. A key belongs to one actor, method and path, for 24 hours.
 * @throws `invalid_argument`, `idempotency_key_reused` (with another body), `idempotency_key_running`.
 */
export async function beginCall(deps: Deps, actor: Actor, call: KeyedCall): Promise<BegunCall> {
  const { key, method, path, body } = call;
  if (!KEY.test(key))
    throw invalidArgument('The key must have 1 to 255 printable ASCII characters.', 'Idempotency-Key');
  const id = deps.digests.sha256(JSON.stringify([actor.subjectId, method, path, key]));
  const bodySha256 = deps.digests.sha256(body);
  const known = await deps.store.write(async (writer) => {
    const nowMs = deps.clock.now();
    await writer.idempotency.sweep(nowMs - LIFETIME_MS, SWEPT_AT_ONCE);
    const found = await writer.idempotency.find(id);
    if (found !== null && found.createdAtMs >= nowMs - LIFETIME_MS) return found;
    await writer.idempotency.forget(id);
    if (await writer.idempotency.begin(id, { bodySha256, nowMs })) return null;
    // Another began in this very moment; we had to wait until it was written down.
    return (await writer.idempotency.find(id)) ?? { bodySha256, answer: null };
  });
  if (known === null) return { id, answer: null };
  if (known.bodySha256 !== bodySha256) throw new RegistryError('idempotency_key_reused', { key });
  if (known.answer === null) throw new RegistryError('idempotency_key_running', { key });
  return { id, answer: known.answer };
}

/** What the request was answered, for whoever sends it again. */
export async function keepAnswer(deps: Deps, id: string, answer: KeptAnswer): Promise<void> {
  await deps.store.write((writer) => writer.idempotency.keep(id, answer));
}

/** The request failed on our side: sent again, it runs again. */
export async function forgetCall(deps: Deps, id: string): Promise<void> {
  await deps.store.write((writer) => writer.idempotency.forget(id));
}
