import { mountedRoutes, RPCS } from '../../../src/http/mlflow/rpcs.ts';
import { ENDPOINTS } from '../../../src/http/v1/routes.ts';
import type { Fixture, Sent } from './fixture.ts';
import { MLFLOW_REQUESTS, V1_REQUESTS } from './requests.ts';

/** One operation of either wire, with a request that means something. */
export interface Row {
  readonly operation: string;
  readonly route: string;
  readonly method: string;
  request(of: Fixture): Sent;
}

/** Every operation there is; one without a request fails here. */
export function rows(): Row[] {
  const ours = ENDPOINTS.map(({ operation, method, path }) =>
    row(operation, { method, url: `/api/v1${path}` }, V1_REQUESTS),
  );
  const theirs = RPCS.filter(({ status }) => status === 'implemented').map((rpc) => {
    const route = mountedRoutes(rpc)[0];
    if (route === undefined) throw new Error(`${rpc.name} has no route`);
    return row(rpc.name, route, MLFLOW_REQUESTS);
  });
  const metrics = row('getMetrics', { method: 'GET', url: '/metrics' }, { getMetrics: () => ({}) });
  return [...ours, ...theirs, metrics];
}

function row(
  operation: string,
  { method, url }: { readonly method: string; readonly url: string },
  requests: typeof V1_REQUESTS,
): Row {
  const say = requests[operation];
  if (say === undefined) throw new Error(`${operation} has no request in the matrix`);
  const request = (of: Fixture): Sent => {
    const { path = {}, fields, bytes } = say(of);
    const filled = url.replace(/:([a-z_]+)|\*/g, (all, name: string | undefined) => path[name ?? all] ?? 'x');
    // Ours take no body with DELETE.
    const isBodiless = method === 'GET' || (method === 'DELETE' && url.startsWith('/api/v1'));
    const inQuery = isBodiless || bytes !== undefined;
    const query = inQuery && fields !== undefined ? `?${queryOf(fields)}` : '';
    return { method, url: `${filled}${query}`, body: bytes ?? (inQuery ? undefined : fields) };
  };
  return { operation, route: `${method} ${url}`, method, request };
}

function queryOf(fields: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields))
    for (const one of [value].flat()) query.append(name, String(one));
  return query.toString();
}
