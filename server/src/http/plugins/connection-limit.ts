import type { FastifyInstance } from 'fastify';

/** Beyond this share of the limit, connections that wait for a next request make room for new ones. */
const FULL_SHARE = 0.9;
/** Looking through all connections costs; it is done this often at most. */
const MAKE_ROOM_EVERY_MS = 1_000;

/**
 * Bounds the connections of the server, so that it never runs out of file descriptors: near the limit those that
 * are idle are closed, beyond it new ones are refused before anything is read from them.
 */
export function registerConnectionLimit(app: FastifyInstance, limit: number): void {
  const { server } = app;
  server.maxConnections = limit;
  let open = 0;
  let lastRoomAtMs = Number.NEGATIVE_INFINITY;
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    const nowMs = performance.now();
    if (open < limit * FULL_SHARE || nowMs - lastRoomAtMs < MAKE_ROOM_EVERY_MS) return;
    lastRoomAtMs = nowMs;
    server.closeIdleConnections();
  });
}
