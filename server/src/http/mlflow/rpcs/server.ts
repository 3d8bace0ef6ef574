import type { PlainRow } from './rpc-row.ts';

/** What a client asks about the server itself. */
export const SERVER_ROUTES = [
  plain('health', 'root', 'open', 'GET /health'),
  plain('version', 'root', 'open', 'GET /version'),
  plain('getServerInfo', 'api3', 'signed-in', 'GET /server-info'),
];

function plain<const N extends string>(
  name: N,
  mount: PlainRow['mount'],
  permission: PlainRow['permission'],
  route: PlainRow['routes'][number],
): PlainRow<N> {
  return { name, mount, permission, routes: [route], status: 'implemented', by: 'route' };
}
