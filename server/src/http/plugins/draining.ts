import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { RegistryError } from '../../domain/errors.ts';

/** The end of a server: it finishes what it has begun, and begins nothing new. */
export interface Draining {
  /** From now on readiness is off, new requests are refused (503), and answers end their connections. */
  begin(): void;
  readonly isActive: boolean;
  /** Resolves when no request is under way: each is answered (or its connection gone), and its handler has ended. */
  settled(): Promise<void>;
}

/** Operations that answer to the very end: probes must see the difference between draining and dead. */
const PROBES = new Set(['getHealth', 'getReadiness', 'getMetrics']);

/** To be called before any route is registered: handlers are counted, too, since they outlive a cut connection. */
export function registerDraining(app: FastifyInstance): Draining {
  const answers = new Set<ServerResponse>();
  let handlers = 0;
  let isActive = false;
  const waiting: (() => void)[] = [];
  const look = () => {
    if (handlers > 0 || answers.size > 0) return;
    for (const resolve of waiting.splice(0)) resolve();
  };
  app.addHook('onRequest', (request, reply, done) => {
    const isProbe = PROBES.has(request.routeOptions.config.operation ?? '');
    if (isActive && !isProbe)
      return done(new RegistryError('unavailable', { message: 'This server is being stopped; try again.' }));
    answers.add(reply.raw);
    reply.raw.once('close', () => {
      answers.delete(reply.raw);
      if (isActive) look();
    });
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isActive) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('onRoute', (route) => {
    const { handler } = route;
    route.handler = function counted(request, reply) {
      const result: unknown = handler.call(this, request, reply);
      if (!(result instanceof Promise)) return result;
      handlers += 1;
      const end = () => {
        handlers -= 1;
        if (isActive) look();
      };
      result.then(end, end);
      return result;
    };
  });
  return {
    begin() {
      isActive = true;
      app.server.closeIdleConnections();
    },
    get isActive() {
      return isActive;
    },
    settled: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        look();
      }),
  };
}
