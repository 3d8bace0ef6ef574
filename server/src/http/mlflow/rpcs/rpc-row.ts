import type { Verb } from '../../../domain/permission.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** `METHOD /path`; `{x}` is one segment, `{x…}` the rest of the path. */
export type Route = `${Method} /${string}`;

/**
 * Where a row's paths hang. MLflow mounts every protobuf RPC twice, for clients and for its web UI:
 * `api2` = `/api/2.0/mlflow` and `/ajax-api/2.0/mlflow` (`api3` with 3.0); `ajax2` and `ajax3` only the second;
 * `artifacts` = `/api/2.0/mlflow-artifacts` and `/ajax-api/2.0/mlflow-artifacts`; `root` = the path itself.
 */
export type Mount = 'api2' | 'api3' | 'ajax2' | 'ajax3' | 'artifacts' | 'root';

/**
 * Who may call: the verb on the models or experiments that the request names; a search is let in by the
 * verb on anything and shows only what may be read. `open` = without sign-in, `signed-in` = any actor.
 */
export type RpcPermission =
  | 'open'
  | 'signed-in'
  | { readonly verb: Verb; readonly on: 'model' | 'experiment' };

/** The permission as a route states it. */
export function permissionOf(permission: RpcPermission): Verb | 'public' | 'signed-in' {
  if (permission === 'open') return 'public';
  return permission === 'signed-in' ? 'signed-in' : permission.verb;
}

interface RpcBase<N extends string> {
  /** MLflow's own name of the RPC; a name of ours for its routes without protobuf. */
  readonly name: N;
  readonly mount: Mount;
  readonly routes: readonly Route[];
}

/** An RPC with a door: request message in, response message out. */
export interface DoorRow<N extends string = string> extends RpcBase<N> {
  readonly status: 'implemented';
  readonly by: 'door';
  readonly permission: RpcPermission;
}

/** An endpoint that streams or answers plain text: a route of its own, registered by its noun. */
export interface PlainRow<N extends string = string> extends RpcBase<N> {
  readonly status: 'implemented';
  readonly by: 'route';
  readonly permission: RpcPermission;
}

/** Not answered, and why. An absent RPC is a 404 `ENDPOINT_NOT_FOUND`, like a path that nobody knows. */
export interface AbsentRow extends RpcBase<string> {
  readonly status: 'absent';
  readonly reason: string;
}

export type RpcRow = DoorRow | PlainRow | AbsentRow;

/** An RPC on registered models. */
export function modelRpc<const N extends string>(name: N, verb: Verb, ...routes: Route[]): DoorRow<N> {
  return {
    name,
    mount: 'api2',
    routes,
    status: 'implemented',
    by: 'door',
    permission: { verb, on: 'model' },
  };
}

/** An RPC on an experiment, its runs and logged models. */
export function experimentRpc<const N extends string>(name: N, verb: Verb, ...routes: Route[]): DoorRow<N> {
  return {
    name,
    mount: 'api2',
    routes,
    status: 'implemented',
    by: 'door',
    permission: { verb, on: 'experiment' },
  };
}

/** Absent RPCs of one family, which have the same reason. */
export function absent(
  reason: string,
  ...rows: (readonly [name: string, mount: Mount, ...routes: Route[]])[]
): AbsentRow[] {
  return rows.map(([name, mount, ...routes]) => ({ name, mount, routes, status: 'absent', reason }));
}
