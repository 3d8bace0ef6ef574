import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import { isPermitted, type Resource, type Verb } from '../domain/permission.ts';

/**
 * The one guard. Each operation calls it before it touches the store. Who has no right to read a thing
 * learns nothing about it: the caller passes `hidden`, the error that absence would give (or, on hot paths, what
 * makes it: an error costs more than everything else here).
 * @throws RegistryError `permission_denied`, or `hidden` when the actor may not even read.
 */
export function authorize(
  actor: Actor,
  verb: Verb,
  resource: Resource,
  hidden?: RegistryError | (() => RegistryError),
): void {
  if (isPermitted(actor, verb, resource)) return;
  if (hidden !== undefined && !isPermitted(actor, 'read-metadata', resource))
    throw typeof hidden === 'function' ? hidden() : hidden;
  throw new RegistryError('permission_denied', {
    message: `${actor.displayName} may not ${verb} on ${resource.kind} ${resource.name}.`,
  });
}
