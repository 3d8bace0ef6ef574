import type { Actor } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { datasetNode, keptVersionId } from '../domain/lineage-edge.ts';
import { checkMarkingText, MARKING_REASON_LENGTH, subjectsOfMarking } from '../domain/marking.ts';
import { isPermitted } from '../domain/permission.ts';
import type { Taint } from '../domain/taint.ts';
import { recordEvent } from './audit.ts';
import { authorize } from './authorize.ts';
import { type AffectedVersion, findAffected } from './lineage-impact.ts';
import type { Deps, Reader } from './ports.ts';
import { modelResource } from './registered-model.ts';

/** A taint, what is left of it, and what those in it are called. */
export interface TaintView {
  readonly taint: Taint;
  /** Versions that depend on the data, as far as the caller may read them. */
  readonly affected: readonly AffectedVersion[];
  readonly names: ReadonlyMap<string, string>;
}

const NAME_LENGTH = 500;
/** It may be about versions of any model. */
const EVERY_MODEL = modelResource('*');

/**
 * Marks a dataset as bad: versions that depend on it show that, and enter production no more until it is lifted.
 * @throws `permission_denied`, `invalid_argument`.
 */
export async function placeTaint(
  deps: Deps,
  actor: Actor,
  input: { readonly dataset: string; readonly digest: string; readonly reason: string },
): Promise<TaintView> {
  const { dataset, digest, reason } = input;
  checkMarkingText(dataset, '/dataset', NAME_LENGTH);
  checkMarkingText(digest, '/digest', NAME_LENGTH);
  checkMarkingText(reason, '/reason', MARKING_REASON_LENGTH);
  authorize(actor, 'hold', EVERY_MODEL);
  const placed = await deps.store.write(async (writer) => {
    const taint: Taint = {
      taintId: deps.ids.uuid(),
      node: datasetNode(dataset, digest).id,
      dataset,
      digest,
      reason,
      placedBy: actor.subjectId,
      placedAtMs: deps.clock.now(),
      lifted: null,
    };
    await writer.taints.insert(taint);
    await recordEvent(deps, writer, actor, {
      action: 'taint.place',
      object: { kind: 'taint', id: taint.taintId, name: dataset, digest },
      reason,
    });
    return taint;
  });
  return viewNow(deps, actor, placed);
}

/** @throws `resource_not_found`, `permission_denied`, `taint_lifted`, `invalid_argument`. */
export async function liftTaint(
  deps: Deps,
  actor: Actor,
  { taintId, reason }: { readonly taintId: string; readonly reason: string },
): Promise<TaintView> {
  checkMarkingText(reason, 'reason', MARKING_REASON_LENGTH);
  authorize(actor, 'lift-hold', EVERY_MODEL);
  const lifted = await deps.store.write(async (writer) => {
    const taint = await writer.taints.find(taintId);
    if (taint === null)
      throw new RegistryError('resource_not_found', { message: `There is no taint ${taintId}.` });
    const lift = { by: actor.subjectId, atMs: deps.clock.now(), reason };
    if (!(await writer.taints.lift(taintId, lift))) throw new RegistryError('taint_lifted', { taintId });
    await recordEvent(deps, writer, actor, {
      action: 'taint.lift',
      object: { kind: 'taint', id: taintId, name: taint.dataset, digest: taint.digest },
      reason,
      before: { reason: taint.reason },
    });
    return { ...taint, lifted: lift };
  });
  return viewNow(deps, actor, lifted);
}

/**
 * Newest first, each with the versions that still depend on the data: those that are live shrink to none. Who does not
 * read all models sees those that one of theirs depends on, so that a page may have fewer than `limit`. `next` is null
 * at the end.
 */
export async function listTaints(
  deps: Deps,
  actor: Actor,
  {
    withLifted,
    before,
    limit,
  }: {
    readonly withLifted: boolean;
    readonly before: string | null;
    readonly limit: number;
  },
): Promise<{ readonly views: readonly TaintView[]; readonly next: string | null }> {
  return deps.store.read(async (reader) => {
    const found = await reader.taints.list({ withLifted, before, limit: limit + 1 });
    const page = found.slice(0, limit);
    const views: TaintView[] = [];
    for (const taint of page) views.push(await viewTaint(reader, actor, taint));
    const seesAll = isPermitted(actor, 'read-metadata', EVERY_MODEL);
    return {
      views: views.filter(({ affected }) => seesAll || affected.length > 0),
      next: found.length > limit ? (page.at(-1)?.taintId ?? null) : null,
    };
  });
}

/** What depends on a dataset. @throws `invalid_argument`. */
export async function getImpact(
  deps: Deps,
  actor: Actor,
  { dataset, digest }: { readonly dataset: string; readonly digest: string },
): Promise<Awaited<ReturnType<typeof findAffected>>> {
  if (dataset.trim() === '') throw invalidArgument('It is the name of a dataset.', 'dataset');
  return deps.store.read((reader) => findAffected(reader, actor, datasetNode(dataset, digest).id));
}

/** Taints that stand on anything that a version was made from. */
export async function findTaints(
  { taints }: Pick<Reader, 'taints'>,
  { modelId, version }: { readonly modelId: string; readonly version: number },
): Promise<readonly Taint[]> {
  return taints.listAbove(keptVersionId(modelId, version));
}

/** Apart from the change: with many dependents it takes longer than others should wait for the writer. */
async function viewNow(deps: Deps, actor: Actor, taint: Taint): Promise<TaintView> {
  return deps.store.read((reader) => viewTaint(reader, actor, taint));
}

async function viewTaint(reader: Reader, actor: Actor, taint: Taint): Promise<TaintView> {
  const { versions } = await findAffected(reader, actor, taint.node);
  return { taint, affected: versions, names: await reader.subjects.names(subjectsOfMarking(taint)) };
}
