import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

interface Waiting {
  readonly answer: ServerResponse;
  readonly proceed: () => void;
}

/** Each takes some kilobytes while it waits; no client sends ten ahead. */
const MOST_WAITING = 1_000;

/**
 * Requests that come on one connection before the one before them is answered wait for their turn, so that who
 * sends a thousand at once has the turns of one; who sends more is cut. To be registered before every other hook: what waits is not begun.
 */
export function registerOneAtATime(app: FastifyInstance): void {
  const lines = new WeakMap<Socket, Waiting[]>();
  const begin = (socket: Socket, { answer, proceed }: Waiting): void => {
    // Emitted when the answer is sent, and when the connection is gone; what waits is forgotten with it.
    answer.once('close', () => {
      const next = lines.get(socket)?.shift();
      if (next === undefined) lines.delete(socket);
      // Other connections are looked at in between.
      else setImmediate(() => !socket.destroyed && begin(socket, next));
    });
    proceed();
  };
  app.addHook('onRequest', (request, reply, proceed) => {
    const { socket } = request.raw;
    const line = lines.get(socket);
    if (line !== undefined) {
      if (line.length >= MOST_WAITING) socket.destroy();
      else line.push({ answer: reply.raw, proceed });
      return;
    }
    lines.set(socket, []);
    begin(socket, { answer: reply.raw, proceed });
  });
}
