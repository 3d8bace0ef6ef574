import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import type { Int64 } from '../domain/int64.ts';
import type { ModelKind } from '../domain/registered-model.ts';
import type { Slot } from '../domain/slot.ts';
import type { ModelIdentity } from '../domain/version-record.ts';
import type { VersionNumbering } from './ports/version-record.ts';
import type { Deps, Writer } from './ports.ts';

/** So many versions are adopted on the way of a change; more are left to the job (jobs/adopt-models.ts). */
const ADOPTED_AT_ONCE = 500;
/** So many of the newest records are compared before a model counts as a renamed one. */
const COMPARED_RECORDS = 20;

/** A registered model whose row is locked until the unit of work ends. */
export interface LockedModel extends ModelIdentity {
  /** The greatest version number in MLflow's table; greater than `adoptedThrough` while adoption goes on. */
  readonly greatestNumber: number;
  /** Versions of MLflow's got records just now. */
  readonly adoptedNow?: boolean;
}

/**
 * Locks a registered model and returns its identity, after adopting what MLflow wrote while we were away:
 * a model without identity, a model renamed, versions added (some hundred; more are the job's, and whoever
 * changes one of them calls `requireRecord`). First step of every change to a model.
 * @throws `model_not_found`.
 */
export async function lockModel(deps: Deps, writer: Writer, name: string): Promise<LockedModel> {
  // Asked together, answered one after the other: the later ones begin, and see, when the lock is ours.
  const [model, known, greatestNumber] = await Promise.all([
    writer.registeredModels.lock(name),
    writer.versionRecords.findIdentity(name),
    writer.modelVersions.greatestNumber(name),
  ]);
  if (model === null) throw new RegistryError('model_not_found', { name });
  const identity = await identify(deps, writer, model, known);
  if (greatestNumber <= identity.adoptedThrough) return { ...identity, greatestNumber };
  return adoptMore(deps, writer, { ...identity, greatestNumber });
}

/** The same for one more version, which is to enter the slot; see `insertVersion`. @throws `model_not_found`. */
export async function lockForInsertion(
  deps: Deps,
  writer: Writer,
  { name, slot }: { name: string; slot: Slot },
): Promise<{ identity: LockedModel; numbering: VersionNumbering | null }> {
  const [identity, numbering] = await Promise.all([
    lockModel(deps, writer, name),
    writer.versionRecords.findNumbering(name, slot),
  ]);
  const isOfIt = numbering?.modelId === identity.modelId && identity.adoptedNow !== true;
  return { identity, numbering: isOfIt ? numbering : null };
}

/** The same with a record for every version, for a change of all of them. */
export async function lockWholeModel(deps: Deps, writer: Writer, name: string): Promise<LockedModel> {
  let model = await lockModel(deps, writer, name);
  while (isPartlyAdopted(model)) model = await adoptMore(deps, writer, model);
  return model;
}

/** Whether some versions of MLflow's have no record yet. */
export function isPartlyAdopted(model: LockedModel): boolean {
  return model.adoptedThrough < model.greatestNumber;
}

/** Sees to it that a version that is about to change has its record, also ahead of its turn. */
export async function requireRecord(
  deps: Deps,
  writer: Writer,
  { model, version }: { model: LockedModel; version: number },
): Promise<void> {
  if (version > model.adoptedThrough && isPartlyAdopted(model))
    await writer.adoptions.adoptVersion(model, version, deps.clock.now());
}

/** Makes the identity of a model that was just inserted in the same unit of work. */
export async function newIdentity(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  model: { name: string; kind: ModelKind; nowMs: number },
): Promise<LockedModel> {
  const values = { ...model, createdAtMs: model.nowMs, createdBy: actor.subjectId };
  return { ...(await insertIdentity(deps, writer, values)), greatestNumber: 0 };
}

async function adoptMore(deps: Deps, writer: Writer, model: LockedModel): Promise<LockedModel> {
  const batch = { limit: ADOPTED_AT_ONCE, nowMs: deps.clock.now() };
  return { ...model, adoptedThrough: await writer.adoptions.adoptNext(model, batch), adoptedNow: true };
}

interface LockedRow {
  readonly name: string;
  readonly createdAtMs: Int64 | null;
}

async function identify(
  deps: Deps,
  writer: Writer,
  model: LockedRow,
  known: ModelIdentity | null,
): Promise<ModelIdentity> {
  const { name, createdAtMs } = model;
  if (known !== null && known.mlflowCreatedAtMs === createdAtMs) return known;
  const nowMs = deps.clock.now();
  if (known !== null) await makeRoom(writer, known, nowMs);
  const renamed = await findRenamed(writer, model);
  if (renamed !== null) {
    await writer.versionRecords.renameIdentity(renamed.modelId, name, nowMs);
    if (renamed.name !== placeholderName(renamed))
      await writer.versionRecords.raiseLastNumberOfName(renamed.name, renamed.adoptedThrough);
    return { ...renamed, name };
  }
  const kind = (await writer.registeredModels.findKind(name)) ?? 'model';
  return insertIdentity(deps, writer, { name, kind, createdAtMs, nowMs, createdBy: 'unknown' });
}

/** The name belongs to another model now: the one that we know under it was renamed, or deleted, from outside. */
async function makeRoom(writer: Writer, known: ModelIdentity, nowMs: number): Promise<void> {
  const created = known.mlflowCreatedAtMs;
  const livesOn = created !== null && (await writer.adoptions.listNamesCreatedAt(created)).length > 0;
  if (!livesOn) return buryIdentity(writer, known, nowMs);
  await writer.versionRecords.raiseLastNumberOfName(known.name, known.adoptedThrough);
  await writer.versionRecords.renameIdentity(known.modelId, placeholderName(known), nowMs);
}

/** Stands for the name of a model that lost it, until it is met under its new one. */
function placeholderName({ modelId }: ModelIdentity): string {
  return `#${modelId}`;
}

/** A model that MLflow deleted leaves tombstones, its history, and its name's numbering. */
export async function buryIdentity(writer: Writer, gone: ModelIdentity, nowMs: number): Promise<void> {
  if (gone.name !== placeholderName(gone))
    await writer.versionRecords.raiseLastNumberOfName(gone.name, gone.adoptedThrough);
  await writer.slots.leaveAll(gone.modelId, null, nowMs);
  await writer.versionRecords.tombstoneIdentity(gone.modelId, nowMs, 'unknown');
}

/** The one identity without its model whose creation time and newest versions are those of this model. */
async function findRenamed(writer: Writer, { name, createdAtMs }: LockedRow): Promise<ModelIdentity | null> {
  if (createdAtMs === null) return null;
  const candidates: ModelIdentity[] = [];
  for (const one of await writer.versionRecords.listMisplacedCreatedAt(createdAtMs)) {
    const foreign = await writer.adoptions.countForeignRecords(one.modelId, name, COMPARED_RECORDS);
    if (foreign === 0) candidates.push(one);
  }
  return candidates.length === 1 ? (candidates[0] ?? null) : null;
}

async function insertIdentity(
  deps: Deps,
  writer: Writer,
  model: { name: string; kind: ModelKind; createdAtMs: Int64 | null; nowMs: number; createdBy: string },
): Promise<ModelIdentity> {
  const identity: ModelIdentity = {
    modelId: deps.ids.uuid(),
    name: model.name,
    adoptedThrough: 0,
    mlflowCreatedAtMs: model.createdAtMs,
  };
  await writer.versionRecords.insertIdentity({
    ...identity,
    kind: model.kind,
    nowMs: model.nowMs,
    createdBy: model.createdBy,
  });
  return identity;
}
