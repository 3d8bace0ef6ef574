import type { FastifyInstance } from 'fastify';
import { invalidArgument } from '../../domain/errors.ts';
import { type JsonValue, parseStrictJson } from '../plugins/strict-json.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The JSON text of the body; empty when there is none. */
    bodyText: string;
  }

  interface FastifyContextConfig {
    /** Has no body: an empty one of any declared type is none. */
    bodiless?: boolean;
  }
}

const LONG_NUMBER = /[0-9]{16}/;

/** Bodies are JSON, read strictly; any other content type is refused by Fastify with 415. */
export function registerJsonBody(app: FastifyInstance): void {
  app.decorateRequest('bodyText', '');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      if (body.length === 0 && request.routeOptions.config.bodiless === true) return done(null, undefined);
      if (body.length === 0) throw invalidArgument('The body is empty; send a JSON object.');
      const value = parseStrictJson(body as Buffer);
      request.bodyText = body.toString();
      done(null, LONG_NUMBER.test(request.bodyText) ? withoutBigints(value) : value);
    } catch (error) {
      done(error as Error);
    }
  });
}

/** No field of v1 means an integer beyond 2^53; those that take any number mean a double. */
function withoutBigints(value: JsonValue): JsonValue {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(withoutBigints);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutBigints(item)]));
}
