import type { Actor } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { isPermitted } from '../domain/permission.ts';
import { renderSemanticVersion } from '../domain/semantic-version.ts';
import type { Slot, SlotInterval } from '../domain/slot.ts';
import type { Approved } from '../domain/tombstone.ts';
import type { IntervalPlace } from './ports/slot.ts';
import type { KnownModel } from './ports/version-record.ts';
import type { Deps, Reader } from './ports.ts';
import { authorizeRead, modelResource } from './registered-model.ts';
import { describeApproved } from './tombstone.ts';

/** Which model's past: the one that has the name, or the one with the id. */
export interface HistorySubject {
  readonly name: string;
  readonly modelId: string | null;
}

/** A stay of a version in a slot, as it is told. */
export interface Stay extends SlotInterval {
  readonly semanticVersion: string | null;
  /** Of the version's files; null while they are not sealed. */
  readonly digest: string | null;
  /** What the actor is called now. */
  readonly actorName: string;
}

export interface History {
  readonly model: KnownModel;
  /** Newest first. */
  readonly stays: readonly Stay[];
  readonly next: IntervalPlace | null;
}

/** A stay with the request that it began by; null: it began without one. */
interface ApprovedStay extends Stay {
  readonly approved: Approved | null;
}

export interface HoldersAt {
  readonly model: KnownModel;
  /** What the model was called then; null: it was not there yet, as far as is known. */
  readonly nameThen: string | null;
  /** Who entered last first. */
  readonly holders: readonly ApprovedStay[];
}

/**
 * Who was in which slot when, newest first. A name means the model that has it now, with its whole past, also under
 * earlier names; when nobody has it, the last that had it. @throws `model_not_found`.
 */
export async function listHistory(
  deps: Deps,
  actor: Actor,
  input: HistorySubject & {
    /** Null: every slot. */
    readonly slot: Slot | null;
    readonly after: IntervalPlace | null;
    readonly limit: number;
  },
): Promise<History> {
  const { slot, after, limit } = input;
  authorizeRead(actor, input.name);
  return deps.store.read(async (reader) => {
    const model = await findSubject(reader, actor, input, null);
    const found = await reader.slots.listIntervals(model.modelId, slot, { after, limit: limit + 1 });
    const page = found.slice(0, limit);
    return {
      model,
      stays: await toStays(reader, model, page),
      next: found.length > limit ? (page.at(-1) ?? null) : null,
    };
  });
}

/**
 * Who was in the slot at an instant. For instants before the model that has the name now, the model that had the name
 * then answers. @throws `model_not_found`, `invalid_argument` for what is still to come.
 */
export async function getHoldersAt(
  deps: Deps,
  actor: Actor,
  input: HistorySubject & { readonly slot: Slot; readonly atMs: number },
): Promise<HoldersAt> {
  const { slot, atMs } = input;
  authorizeRead(actor, input.name);
  if (atMs > deps.clock.now()) throw invalidArgument('What has not happened yet has no history.', 'at');
  return deps.store.read(async (reader) => {
    const model = await findSubject(reader, actor, input, atMs);
    const held = await reader.slots.listIntervalsAt(model.modelId, slot, atMs);
    return {
      model,
      nameThen: await reader.versionRecords.findNameAt(model.modelId, atMs),
      holders: await withApprovals(reader, await toStays(reader, model, held)),
    };
  });
}

/** @throws `model_not_found`, also for a model whose name now the actor may not read. */
async function findSubject(
  reader: Reader,
  actor: Actor,
  { name, modelId }: HistorySubject,
  atMs: number | null,
): Promise<KnownModel> {
  const living = modelId === null ? await reader.versionRecords.findIdentity(name) : null;
  const known = living === null ? modelId : living.modelId;
  const model = known === null ? null : await reader.versionRecords.findModel(known);
  const isThere = model !== null && (atMs === null || model.fromMs <= atMs);
  const former = isThere || modelId !== null ? null : await reader.versionRecords.findFormer(name, atMs);
  const found = former === null ? model : await reader.versionRecords.findModel(former.modelId);
  if (found === null || !isPermitted(actor, 'read-metadata', modelResource(found.name)))
    throw new RegistryError('model_not_found', { name });
  return found;
}

/** Also of a stay that began by a rollback: that is to what a request had let in. */
async function withApprovals(reader: Reader, stays: readonly Stay[]): Promise<ApprovedStay[]> {
  const ids = stays.flatMap(({ requestId }) => requestId ?? []);
  const requests = await reader.transitionRequests.list([...new Set(ids)]);
  const approved = await describeApproved(reader, requests);
  return stays.map((stay) => ({
    ...stay,
    approved: approved.find(({ requestId }) => requestId === stay.requestId) ?? null,
  }));
}

async function toStays(
  reader: Reader,
  { modelId }: KnownModel,
  intervals: readonly SlotInterval[],
): Promise<Stay[]> {
  const records = await reader.versionRecords.listOfModel(
    modelId,
    intervals.map(({ version }) => version),
  );
  const names = await reader.subjects.names(intervals.map(({ actor }) => actor));
  return intervals.map((interval) => {
    const record = records.get(interval.version);
    const label = record?.semanticVersion ?? null;
    return {
      ...interval,
      semanticVersion: label === null ? null : renderSemanticVersion(label),
      digest: record?.digest ?? null,
      actorName: names.get(interval.actor) ?? interval.actor,
    };
  });
}
