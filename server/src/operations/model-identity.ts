import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import type { ModelIdentity } from '../domain/version-record.ts';
import type { Deps, Writer } from './ports.ts';

/**
 * Locks a registered model and returns its identity, after adopting what MLflow wrote while we were away:
 * a model without identity, a model renamed, versions added. First step of every change to a model.
 * @throws `model_not_found`.
 */
export async function lockModel(deps: Deps, writer: Writer, name: string): Promise<ModelIdentity> {
  const model = await writer.registeredModels.lock(name);
  if (model === null) throw new RegistryError('model_not_found', { name });
  const identity = await identify(deps, writer, model);
  const greatest = await writer.modelVersions.greatestNumber(name);
  if (greatest <= identity.adoptedThrough) return identity;
  await writer.versionRecords.adoptBeyond(identity, {
    greatest: await writer.versionRecords.greatestSemanticVersion(identity.modelId),
    nowMs: deps.clock.now(),
  });
  return { ...identity, adoptedThrough: greatest };
}

/** Makes the identity of a model that was just inserted in the same unit of work. */
export async function newIdentity(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  model: { name: string; nowMs: number },
): Promise<ModelIdentity> {
  return insertIdentity(deps, writer, { ...model, createdAtMs: model.nowMs, createdBy: actor.subjectId });
}

async function identify(
  deps: Deps,
  writer: Writer,
  model: { name: string; createdAtMs: number | bigint | null },
): Promise<ModelIdentity> {
  const { name, createdAtMs } = model;
  const known = await writer.versionRecords.findIdentity(name);
  if (known !== null && known.mlflowCreatedAtMs === createdAtMs) return known;
  const nowMs = deps.clock.now();
  if (known !== null) {
    // Deleted and made anew by MLflow: another model under the same name.
    await writer.slots.leaveAll(known.modelId, null, nowMs);
    await writer.versionRecords.tombstoneIdentity(known.modelId, nowMs, 'unknown');
  }
  const orphans = createdAtMs === null ? [] : await writer.versionRecords.listOrphansCreatedAt(createdAtMs);
  const renamed = orphans.length === 1 ? orphans[0] : undefined;
  if (renamed !== undefined) {
    await writer.versionRecords.renameIdentity(renamed.modelId, name);
    await writer.versionRecords.raiseLastNumberOfName(renamed.name, renamed.adoptedThrough);
    return { ...renamed, name };
  }
  return insertIdentity(deps, writer, { name, createdAtMs, nowMs, createdBy: 'unknown' });
}

async function insertIdentity(
  deps: Deps,
  writer: Writer,
  model: { name: string; createdAtMs: number | bigint | null; nowMs: number; createdBy: string },
): Promise<ModelIdentity> {
  const kind = (await writer.registeredModels.findKind(model.name)) ?? 'model';
  const identity: ModelIdentity = {
    modelId: deps.ids.uuid(),
    name: model.name,
    adoptedThrough: 0,
    mlflowCreatedAtMs: model.createdAtMs,
  };
  await writer.versionRecords.insertIdentity({
    ...identity,
    kind,
    nowMs: model.nowMs,
    createdBy: model.createdBy,
  });
  return identity;
}
