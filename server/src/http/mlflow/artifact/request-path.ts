import type { FastifyRequest } from 'fastify';
import { type ArtifactPath, parseArtifactPath, parseRequestPath } from '../../../domain/artifact-path.ts';
import { invalidArgument, RegistryError } from '../../../domain/errors.ts';

/** What is no escape at all in a URL; a query's reader leaves it standing, as it does a lone percent sign. */
const UNICODE_ESCAPE = /%u[0-9a-f]{4}/i;

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

/** A folder named in a message; null, the topmost, when it is absent or empty. @throws `invalid_argument`. */
export function parseFolder(text: string | undefined, parameter: string): ArtifactPath | null {
  if (UNICODE_ESCAPE.test(text ?? '')) throw invalidArgument('Invalid path', parameter);
  return text ? parseArtifactPath(text) : null;
}

/**
 * The file or folder that `?path=` names, or another parameter; null, the root, when it is absent or empty.
 * MLflow's clients write a space as `+` there.
 * @throws `invalid_argument`.
 */
export function pathOfQuery(request: FastifyRequest, parameter = 'path'): ArtifactPath | null {
  const target = request.raw.url ?? '';
  const mark = target.indexOf('?');
  const values = (mark < 0 ? '' : target.slice(mark + 1))
    .split('&')
    .filter((part) => part.startsWith(`${parameter}=`))
    .map((part) => part.slice(parameter.length + 1));
  const [value = ''] = values;
  if (values.length > 1)
    throw new RegistryError('invalid_argument', { message: 'Invalid path', path: parameter });
  return value === '' ? null : parseRequestPath(value.replaceAll('+', '%20'));
}
