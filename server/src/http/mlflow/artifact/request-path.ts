import type { FastifyRequest } from 'fastify';
import { type ArtifactPath, parseRequestPath } from '../../../domain/artifact-path.ts';
import { RegistryError } from '../../../domain/errors.ts';

/**
 * The artifact path of a request, from the target as it was sent: what a router decoded is never used. A target
 * that only becomes the route by decoding is not the route.
 * @throws `invalid_argument` (`Invalid path`), `resource_not_found`.
 */
export function pathOfRequest(request: FastifyRequest, route: string): ArtifactPath {
  const target = request.raw.url ?? '';
  const prefix = `${route}/`;
  if (!target.startsWith(prefix))
    throw new RegistryError('resource_not_found', { message: 'No such endpoint.' });
  return parseRequestPath(target.slice(prefix.length).split('?', 1)[0] ?? '');
}

/**
 * The folder that `?path=` names; null, the root, when it is absent or empty. MLflow's clients write a space as
 * `+` there.
 * @throws `invalid_argument`.
 */
export function pathOfQuery(request: FastifyRequest): ArtifactPath | null {
  const target = request.raw.url ?? '';
  const mark = target.indexOf('?');
  const values = (mark < 0 ? '' : target.slice(mark + 1))
    .split('&')
    .filter((part) => part.startsWith('path='))
    .map((part) => part.slice('path='.length));
  const [value = ''] = values;
  if (values.length > 1)
    throw new RegistryError('invalid_argument', { message: 'Invalid path', path: 'path' });
  return value === '' ? null : parseRequestPath(value.replaceAll('+', '%20'));
}
