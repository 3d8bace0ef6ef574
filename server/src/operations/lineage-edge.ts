import type { Actor } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import type { EdgeKind, NodeKind } from '../domain/lineage.ts';
import { type KeptEdge, keptVersionId, misfit, orient } from '../domain/lineage-edge.ts';
import { isPermitted } from '../domain/permission.ts';
import { recordEvent } from './audit.ts';
import { authorize } from './authorize.ts';
import { experimentResource } from './experiment.ts';
import type { Deps, Reader } from './ports.ts';
import { modelResource } from './registered-model.ts';
import { parseVersionReference, selectVersion } from './version-reference.ts';

/** One end of an edge as somebody names it; a version by `name/version`. */
export interface NamedEnd {
  readonly kind: NodeKind;
  readonly name: string;
  readonly label: string | null;
  /** Where it stands in the request. */
  readonly path: string;
}

export interface DeclaredEdge {
  readonly from: NamedEnd;
  readonly to: NamedEnd;
  readonly kind: EdgeKind;
  /** Null: now. */
  readonly atMs: number | null;
}

/** An end whose thing is known to be there. */
interface KnownEnd {
  readonly id: string;
  readonly label: string | null;
  /** The model whose version it is; null: it is none. */
  readonly model: string | null;
}

/**
 * Keeps edges that nobody can infer: deployments, feature tables, parents elsewhere; all or none. Who says what a version was
 * made from, or where it is, may edit that version; what is about no version takes a writer on all models.
 * @returns how many were not known before.
 * @throws `invalid_argument`, `permission_denied`, `run_not_found`, `logged_model_not_found`, and as `selectVersion`.
 */
export async function declareEdges(
  deps: Deps,
  actor: Actor,
  edges: readonly DeclaredEdge[],
): Promise<number> {
  const nowMs = deps.clock.now();
  for (const edge of edges) checkEdge(edge, nowMs);
  return deps.store.write(async (writer) => {
    const kept: KeptEdge[] = [];
    for (const { from, to, kind, atMs } of edges) {
      const known = {
        from: await resolveEnd(writer, actor, from),
        to: await resolveEnd(writer, actor, to),
        kind,
      };
      if (known.from.id === known.to.id)
        throw invalidArgument('An edge leads from one thing to another.', to.path);
      const { upstream, downstream } = orient(known);
      const subject = kind === 'deployed_to' ? upstream.model : (downstream.model ?? upstream.model);
      authorize(actor, 'edit-metadata', modelResource(subject ?? '*'));
      kept.push({
        upstream: upstream.id,
        downstream: downstream.id,
        kind,
        origin: 'declared',
        declaredBy: actor.subjectId,
        atMs: atMs ?? nowMs,
        upstreamLabel: upstream.label,
        downstreamLabel: downstream.label,
      });
    }
    const count = await writer.lineage.add(kept);
    if (count > 0)
      await recordEvent(deps, writer, actor, {
        action: 'lineage.declare',
        object: { kind: 'lineage', id: null },
        after: { edges: count, first: kept.slice(0, 10).map(edgeText) },
      });
    return count;
  });
}

function edgeText({ downstream, kind, upstream }: KeptEdge): string {
  return `${downstream} ${kind} ${upstream}`;
}

function checkEdge({ from, to, kind, atMs }: DeclaredEdge, nowMs: number): void {
  const wrong = misfit(kind, { from: from.kind, to: to.kind });
  if (wrong !== null) {
    const end = wrong.end === 'from' ? from : to;
    throw invalidArgument(
      `An edge ${kind} has ${wrong.accepted.join(', ')} at "${wrong.end}", not ${end.kind}.`,
      end.path,
    );
  }
  if (atMs !== null && atMs > nowMs)
    throw invalidArgument('What has not happened yet is no lineage.', from.path);
}

async function resolveEnd(reader: Reader, actor: Actor, end: NamedEnd): Promise<KnownEnd> {
  const { kind, name, label } = end;
  if (kind === 'model_version') return resolveVersion(reader, actor, end);
  if (kind === 'run') await requireHere(await reader.runs.experimentsOfRuns([name]), actor, 'run', name);
  if (kind === 'logged_model')
    await requireHere(await reader.runs.experimentsOfModels([name]), actor, 'logged_model', name);
  return { id: `${kind}:${name}`, label, model: null };
}

async function requireHere(
  experiments: ReadonlyMap<string, string>,
  actor: Actor,
  kind: 'run' | 'logged_model',
  id: string,
): Promise<void> {
  const experiment = experiments.get(id);
  if (experiment !== undefined && isPermitted(actor, 'read-metadata', experimentResource(experiment))) return;
  throw kind === 'run'
    ? new RegistryError('run_not_found', { runId: id })
    : new RegistryError('logged_model_not_found', { modelId: id });
}

async function resolveVersion(
  reader: Reader,
  actor: Actor,
  { name, label, path }: NamedEnd,
): Promise<KnownEnd> {
  const at = name.lastIndexOf('/');
  if (at <= 0) throw invalidArgument('A version is named as model/version, such as layer-count/3.', path);
  const model = name.slice(0, at);
  const reference = parseVersionReference(name.slice(at + 1), path);
  if (!isPermitted(actor, 'read-metadata', modelResource(model)))
    throw new RegistryError('model_not_found', { name: model });
  const { version } = await selectVersion(reader, model, reference);
  const identity = await reader.versionRecords.findIdentity(model);
  if (identity === null) throw new RegistryError('model_not_found', { name: model });
  return { id: keptVersionId(identity.modelId, version), label, model };
}
