import type { Actor } from '../../domain/actor.ts';
import type { Deps } from '../../operations/ports.ts';
import type { Message } from './proto-json.ts';
import type { ImplementedRpc } from './rpcs.ts';

/**
 * One RPC of MLflow: how its request is read, and which operation answers. `run` gives the response
 * message (snake_case, undefined = unset), or nothing for an empty one.
 */
export interface Door {
  readonly rpc: ImplementedRpc;
  readonly request: Message<unknown>;
  readonly run: (deps: Deps, actor: Actor, input: unknown) => Promise<unknown>;
}

/** Pairs an RPC with its request schema and operation; the input's type follows from the schema. */
export function door<I>(
  rpc: ImplementedRpc,
  request: Message<I>,
  run: (deps: Deps, actor: Actor, input: I) => Promise<unknown>,
): Door {
  return { rpc, request, run: run as Door['run'] };
}
