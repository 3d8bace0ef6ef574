import type { FastifyRequest } from 'fastify';
import { invalidArgument } from '../../domain/errors.ts';

/**
 * The query of a route that MLflow reads without a message. A parameter that is given twice counts as its first, as
 * in MLflow, unless the two differ.
 * @throws `invalid_argument` for a NUL character.
 */
export function queryOf(request: FastifyRequest): URLSearchParams {
  const target = request.raw.url ?? '';
  const mark = target.indexOf('?');
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
  for (const [key, value] of query)
    if (value.includes('\0')) throw invalidArgument(`Parameter '${key}' has a NUL character.`, key);
  return query;
}

/** One parameter; null when it is absent. @throws `invalid_argument` when it is given with two values. */
export function oneOf(query: URLSearchParams, key: string): string | null {
  const values = new Set(query.getAll(key));
  if (values.size > 1) throw invalidArgument(`Parameter '${key}' is given twice; give it once.`, key);
  return query.get(key);
}
