import type { Actor } from '../domain/actor.ts';
import { isPermitted } from '../domain/permission.ts';
import { insertGrant } from './grant.ts';
import type { Deps, Writer } from './ports.ts';

/**
 * Who makes an experiment may write to it, not more (v1-api section 5): a grant of its own where none covers it, as
 * with a right on models of that name. A `*` in a name would be a pattern, so such a name gets none.
 */
export async function grantToCreator(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  experiment: string,
): Promise<void> {
  const granted: Actor = { ...actor, token: null };
  if (isPermitted(granted, 'edit-metadata', { kind: 'experiment', name: experiment })) return;
  if (experiment.includes('*')) return;
  await insertGrant(deps, writer, actor, {
    to: { kind: 'subject', subjectId: actor.subjectId },
    role: 'writer',
    resource: 'experiment',
    pattern: experiment,
  });
}
