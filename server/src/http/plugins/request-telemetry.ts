import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Telemetry } from '../../operations/ports/telemetry.ts';

declare module 'fastify' {
  interface FastifyInstance {
    telemetry: Telemetry;
  }
}

/** Labels are few and fixed: the path and all else that a client chose is not among them. */
const CLASSES = ['', '1xx', '2xx', '3xx', '4xx', '5xx'];
const NO_SUCH_PATH = 'unknown';

/** Measures every request from its arrival to the end of its answer. Call before hooks that refuse requests. */
export function registerRequestTelemetry(app: FastifyInstance, telemetry: Telemetry): void {
  app.decorate('telemetry', telemetry);
  app.addHook('onRequest', (request, reply, done) => {
    telemetry.requestBegan();
    const operation = request.routeOptions.config.operation ?? NO_SUCH_PATH;
    reply.raw.once('close', () =>
      telemetry.requestEnded(operation, outcomeOf(reply), reply.elapsedTime / 1_000),
    );
    done();
  });
}

function outcomeOf({ raw }: FastifyReply): string {
  return isCut(raw) ? 'aborted' : (CLASSES[Math.floor(raw.statusCode / 100)] ?? '5xx');
}

/** Whether an answer that is over ended with its connection, before all of it was sent. */
export function isCut({ socket }: ServerResponse): boolean {
  // Whoever finishes gives the connection back.
  return socket?.destroyed === true;
}
