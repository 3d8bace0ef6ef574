import { ADMINISTRATION_RPCS } from './rpcs/administration.ts';
import { ARTIFACT_ROUTES, DIRECT_ROUTES, PRESIGNED_RPCS } from './rpcs/artifact.ts';
import { GATEWAY_RPCS } from './rpcs/gateway.ts';
import { GENAI_RPCS } from './rpcs/genai.ts';
import { LOGGED_MODEL_RPCS } from './rpcs/logged-model.ts';
import { REGISTRY_RPCS } from './rpcs/registry.ts';
import type { Method, Mount, RpcRow } from './rpcs/rpc-row.ts';
import { SERVER_ROUTES } from './rpcs/server.ts';
import { TRACKING_ROUTES, TRACKING_RPCS } from './rpcs/tracking.ts';
import { WEBHOOK_RPCS } from './rpcs/webhook.ts';

const DOOR_RPCS = [
  ...REGISTRY_RPCS,
  ...TRACKING_RPCS,
  ...LOGGED_MODEL_RPCS,
  ...WEBHOOK_RPCS,
  ...PRESIGNED_RPCS,
];
const PLAIN_ROUTES = [...ARTIFACT_ROUTES, ...DIRECT_ROUTES, ...TRACKING_ROUTES, ...SERVER_ROUTES];

/** The RPCs that have a door; a name that is not one of them does not compile. */
export type ImplementedRpc = (typeof DOOR_RPCS)[number]['name'];

/**
 * Every RPC and plain route of MLflow 3.17.2, answered or not, each once. Routing, the compatibility page,
 * the OpenAPI file and the coverage test read it.
 */
export const RPCS: readonly RpcRow[] = [
  ...DOOR_RPCS,
  ...PLAIN_ROUTES,
  ...ADMINISTRATION_RPCS,
  ...GENAI_RPCS,
  ...GATEWAY_RPCS,
];

const PREFIXES: Record<Mount, readonly string[]> = {
  api2: ['/api/2.0/mlflow', '/ajax-api/2.0/mlflow'],
  api3: ['/api/3.0/mlflow', '/ajax-api/3.0/mlflow'],
  ajax2: ['/ajax-api/2.0/mlflow'],
  ajax3: ['/ajax-api/3.0/mlflow'],
  artifacts: ['/api/2.0/mlflow-artifacts', '/ajax-api/2.0/mlflow-artifacts'],
  root: [''],
};

/** Everywhere a row answers: method and path, with `:x` for `{x}` and `*` for `{x…}`. */
export function mountedRoutes(row: RpcRow): { method: Method; url: string }[] {
  return row.routes.flatMap((route) => {
    const space = route.indexOf(' ');
    const method = route.slice(0, space) as Method;
    const path = route
      .slice(space + 1)
      .replace(/\{\w+…\}/g, '*')
      .replace(/\{(\w+)\}/g, ':$1');
    return PREFIXES[row.mount].map((prefix) => ({ method, url: prefix + path }));
  });
}

/** An RPC that has a door, as the table has it: its routes and permission. */
export type ImplementedRow = (typeof DOOR_RPCS)[number];

/**
 * Pairs every implemented RPC with its door.
 * @throws Error naming the RPCs that have no door, or two; the server must not start then.
 */
export function pairWithDoors<D extends { readonly rpc: ImplementedRpc }>(
  doors: readonly D[],
): { row: ImplementedRow; door: D }[] {
  const byName = Map.groupBy(doors, (door) => door.rpc);
  return DOOR_RPCS.map((row) => {
    const [door, second] = byName.get(row.name) ?? [];
    if (door === undefined) throw new Error(`MLflow's RPC ${row.name} is marked implemented and has no door`);
    if (second !== undefined) throw new Error(`MLflow's RPC ${row.name} has two doors`);
    return { row, door };
  });
}
