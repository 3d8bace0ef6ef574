import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import { BUILT_IN, BUILT_IN_DOCUMENTS } from '../domain/policy-builtin.ts';
import { parsePolicy } from '../domain/policy-document.ts';
import { recordEvent } from './audit.ts';
import { modelObject } from './audit-object.ts';
import { authorize } from './authorize.ts';
import { lockModel } from './model-identity.ts';
import type { PolicyRevision } from './ports/policy.ts';
import type { Deps, Reader, Writer } from './ports.ts';
import { authorizeChange, modelResource } from './registered-model.ts';

/** A policy as it is shown: one of somebody's, or a built-in one. */
export interface PolicyView {
  readonly name: string;
  readonly revision: number;
  readonly document: object;
  readonly isBuiltIn: boolean;
  /** Of built-in ones nobody made them. */
  readonly createdAtMs: number | null;
  readonly createdBy: string | null;
}

const SHOWN_MODELS = 5;

/** Every policy by name, built-in ones first. Whoever is signed in may read them: they say what will happen. */
export async function listPolicies(deps: Deps): Promise<readonly PolicyView[]> {
  const builtIn = [...BUILT_IN.keys()].map((name) => builtInView(name));
  const kept = await deps.store.read(({ policies }) => policies.list());
  return [...builtIn.flatMap((view) => view ?? []), ...kept.map(toView)];
}

/** @throws `resource_not_found`. */
export async function getPolicy(deps: Deps, name: string): Promise<PolicyView> {
  const found = builtInView(name) ?? (await deps.store.read((reader) => findKept(reader, name)));
  if (found === null) throw noPolicy(name);
  return found;
}

/** Newest first, also of a policy that was deleted. @throws `resource_not_found`. */
export async function listPolicyRevisions(
  deps: Deps,
  name: string,
  page: { readonly before: number | null; readonly limit: number },
): Promise<readonly PolicyView[]> {
  const builtIn = builtInView(name);
  if (builtIn !== null) return page.before === null ? [builtIn] : [];
  const kept = await deps.store.read(({ policies }) => policies.listRevisions(name, page));
  if (kept.length === 0 && page.before === null) throw noPolicy(name);
  return kept.map(toView);
}

/**
 * Writes a new policy, or another revision of one; open requests keep the revision that they were opened with.
 * `known` is the revision that the writer has seen; null: there must be none yet.
 * @throws `permission_denied`, `invalid_argument` with every problem, `resource_conflict` (a built-in name, somebody was
 * faster), `resource_exists`.
 */
export async function putPolicy(
  deps: Deps,
  actor: Actor,
  input: { readonly name: string; readonly document: object; readonly known: number | null },
): Promise<{ readonly view: PolicyView; readonly isNew: boolean }> {
  const { name, document, known } = input;
  const { policy, problems } = parsePolicy(document);
  const all = [
    ...problems,
    ...(policy !== null && policy.name !== name
      ? [{ path: '/name', message: `It must be ${name}, as in the path.` }]
      : []),
  ];
  const [first] = all;
  if (first !== undefined)
    throw new RegistryError('invalid_argument', { message: first.message, path: first.path, problems: all });
  authorize(actor, 'manage-policy', modelResource('*'));
  refuseBuiltIn(name);
  return deps.store.write(async (writer) => {
    await writer.policies.lock();
    const current = await writer.policies.find(name);
    if (known === null && current !== null)
      throw new RegistryError('resource_exists', {
        message: `There is a policy ${name} already, at revision ${current.revision}; read it and send its ETag as If-Match.`,
      });
    if (known !== null && current?.revision !== known)
      throw new RegistryError('resource_conflict', {
        message: `Policy ${name} is not what you have read any more; read it again.`,
      });
    const revision: PolicyRevision = {
      name,
      revision: await writer.policies.nextRevision(name),
      document,
      createdAtMs: deps.clock.now(),
      createdBy: actor.subjectId,
    };
    await writer.policies.insertRevision(revision);
    await recordEvent(deps, writer, actor, {
      action: 'policy.put',
      object: policyObject(name),
      before: { revision: current?.revision ?? null },
      after: { revision: revision.revision },
    });
    return { view: toView(revision), isNew: current === null };
  });
}

/** Its revisions stay. @throws `permission_denied`, `resource_not_found`, `resource_conflict` while models have it. */
export async function deletePolicy(deps: Deps, actor: Actor, name: string): Promise<void> {
  authorize(actor, 'manage-policy', modelResource('*'));
  refuseBuiltIn(name);
  await deps.store.write(async (writer) => {
    await writer.policies.lock();
    const current = await writer.policies.find(name);
    if (current === null) throw noPolicy(name);
    const models = await writer.policies.listAssigned(name, SHOWN_MODELS + 1);
    if (models.length > 0) {
      const shown = models.slice(0, SHOWN_MODELS).join(', ');
      const more = models.length > SHOWN_MODELS ? ' and others' : '';
      throw new RegistryError('resource_conflict', {
        message: `Policy ${name} is assigned to ${shown}${more}; assign another one first.`,
      });
    }
    await writer.policies.delete(name, deps.clock.now());
    await recordEvent(deps, writer, actor, {
      action: 'policy.delete',
      object: policyObject(name),
      before: { revision: current.revision },
    });
  });
}

/**
 * Puts a model under a policy by name, whatever the patterns say; null: the patterns say again.
 * @throws `model_not_found`, `permission_denied`, `resource_not_found`, `resource_conflict` (a policy for the other kind).
 */
export async function assignPolicy(
  deps: Deps,
  actor: Actor,
  input: { readonly model: string; readonly policy: string | null },
): Promise<void> {
  const { model, policy: name } = input;
  authorizeChange(actor, 'manage-policy', model);
  await deps.store.write(async (writer) => {
    const identity = await lockModel(deps, writer, model);
    await writer.policies.lock();
    if (name !== null) await requireFit(writer, model, name);
    const before = await writer.policies.findAssigned(identity.modelId);
    if (before === name) return;
    await writer.policies.assign(identity.modelId, name);
    await recordEvent(deps, writer, actor, {
      action: 'model.policy_assign',
      object: modelObject(identity),
      before: { policy: before },
      after: { policy: name },
    });
  });
}

async function requireFit(writer: Writer, model: string, name: string): Promise<void> {
  const found = BUILT_IN.get(name) ?? (await findParsed(writer, name));
  if (found === null) throw noPolicy(name);
  const kind = (await writer.registeredModels.findKind(model)) ?? 'model';
  if (found.kind !== kind)
    throw new RegistryError('resource_conflict', {
      message: `Policy ${name} is for a ${found.kind}, and ${model} is a ${kind}.`,
    });
}

async function findParsed(reader: Pick<Reader, 'policies'>, name: string) {
  const kept = await reader.policies.find(name);
  return kept === null ? null : parsePolicy(kept.document).policy;
}

async function findKept(reader: Pick<Reader, 'policies'>, name: string): Promise<PolicyView | null> {
  const kept = await reader.policies.find(name);
  return kept === null ? null : toView(kept);
}

function toView(revision: PolicyRevision): PolicyView {
  return { ...revision, isBuiltIn: false };
}

function builtInView(name: string): PolicyView | null {
  const document = BUILT_IN_DOCUMENTS.get(name);
  if (document === undefined) return null;
  return { name, revision: 1, document, isBuiltIn: true, createdAtMs: null, createdBy: null };
}

function refuseBuiltIn(name: string): void {
  if (BUILT_IN.has(name))
    throw new RegistryError('resource_conflict', {
      message: `Policy ${name} is built in and stays as it is; write one of another name.`,
    });
}

function noPolicy(name: string): RegistryError<'resource_not_found'> {
  return new RegistryError('resource_not_found', { message: `There is no policy ${name}.` });
}

function policyObject(name: string) {
  return { kind: 'policy', id: name, name } as const;
}
