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
  /** The answer follows from the request, the actor and the database alone, so it may be given again (ADR 14). */
  readonly isRepeatable: boolean;
}

type Run<I> = (deps: Deps, actor: Actor, input: I) => Promise<unknown>;

/** Pairs an RPC with its request schema and operation; the input's type follows from the schema. */
export function door<I>(rpc: ImplementedRpc, request: Message<I>, run: Run<I>): Door {
  return { rpc, request, run: run as Door['run'], isRepeatable: false };
}

/** The same for an RPC that reads, and asks nothing but the store: no clock, no files, no other host. */
export function readDoor<I>(rpc: ImplementedRpc, request: Message<I>, run: Run<I>): Door {
  return { ...door(rpc, request, run), isRepeatable: true };
}
