import { RegistryError } from '../domain/errors.ts';
import { aliasSlot, stageSlot } from '../domain/slot.ts';
import { fromMlflowStage, type MlflowStage, type Stage } from '../domain/stage.ts';
import type { ModelIdentity } from '../domain/version-record.ts';
import { buryIdentity, isPartlyAdopted, lockModel } from './model-identity.ts';
import type { VersionWindow, VersionWindowResult } from './ports/adoption.ts';
import type { Deps, Reader, Writer } from './ports.ts';

/** Stages whose holders are compared one by one; in development a model may have a million. */
const COMPARED: readonly MlflowStage[] = ['Staging', 'Production', 'Archived'];
const LEFT: readonly Stage[] = ['staging', 'production', 'archived', 'deprecated'];
/** What one look takes in, and what one unit of work changes: everybody else waits for it. */
const SEEN_AT_ONCE = 1_000;
const CHANGED_AT_ONCE = 100;
const ORPHANS_AT_ONCE = 50;

/** Work that may rest, for good too, after each of its units. */
export type Steps = AsyncGenerator<void, void, void>;

/**
 * Brings our records of one model in line with what MLflow's tables say: missing records are made; a stage or
 * alias that differs from its open interval closes that and opens one of origin `outside`; deleted versions
 * become tombstones. In small units of work, so a stop in between loses nothing. A model that is gone is fine.
 */
export async function* adoptModel(deps: Deps, name: string): Steps {
  try {
    let model = await deps.store.write((writer) => lockModel(deps, writer, name));
    while (isPartlyAdopted(model)) {
      yield;
      model = await deps.store.write((writer) => lockModel(deps, writer, name));
    }
    const pass: Pass = { deps, name };
    for (const stage of LEFT)
      yield* walk(pass, ({ adoptions }, window) => adoptions.findLeft(model, stage, window), adoptStages);
    for (const stage of COMPARED)
      yield* walk(pass, ({ adoptions }, window) => adoptions.findEntered(model, stage, window), adoptStages);
    yield* walk(pass, ({ adoptions }, window) => adoptions.findDeleted(model, window), adoptDeletions);
    await adoptAliases(pass, model);
  } catch (error) {
    if (!(error instanceof RegistryError && error.code === 'model_not_found')) throw error;
  }
}

/** Models that MLflow deleted become tombstones, those that it renamed are recognised. */
export async function* adoptDeletedModels(deps: Deps): Steps {
  for (let after: string | null = ''; after !== null; ) {
    const from: string = after;
    const misplaced = await deps.store.read((reader) =>
      reader.adoptions.listMisplaced(from, ORPHANS_AT_ONCE),
    );
    for (const identity of misplaced) {
      const created = identity.mlflowCreatedAtMs;
      const names =
        created === null
          ? []
          : await deps.store.read((reader) => reader.adoptions.listNamesCreatedAt(created));
      for (const name of names) yield* adoptModel(deps, name);
      await deps.store.write((writer) => buryOrphan(deps, writer, identity));
      yield;
    }
    after = misplaced.length < ORPHANS_AT_ONCE ? null : (misplaced.at(-1)?.modelId ?? null);
  }
}

interface Pass {
  readonly deps: Deps;
  readonly name: string;
}

/** A unit of work on some versions of the locked model. */
type Adopt = (
  deps: Deps,
  writer: Writer,
  work: { model: ModelIdentity; versions: readonly number[] },
) => Promise<void>;

async function* walk(
  { deps, name }: Pass,
  look: (reader: Reader, window: VersionWindow) => Promise<VersionWindowResult>,
  adopt: Adopt,
): Steps {
  for (let after: number | null = 0; after !== null; ) {
    const window: VersionWindow = { after, limit: SEEN_AT_ONCE };
    const seen = await deps.store.read((reader) => look(reader, window));
    for (let start = 0; start < seen.versions.length; start += CHANGED_AT_ONCE) {
      const versions = seen.versions.slice(start, start + CHANGED_AT_ONCE);
      await deps.store.write(async (writer) =>
        adopt(deps, writer, { model: await lockModel(deps, writer, name), versions }),
      );
      yield;
    }
    if (seen.next !== null) yield;
    after = seen.next;
  }
}

/** Looks again, now that the model is locked: the versions were found outside of the unit of work. */
const adoptStages: Adopt = async (deps, writer, { model: { modelId, name }, versions }) => {
  const slots = (['None', ...COMPARED] as const).map((stage) => stageSlot(fromMlflowStage(stage)));
  const atMs = await writer.slots.nextInstant(modelId, slots, deps.clock.now());
  const change = { modelId, atMs, actor: 'unknown', reason: null };
  for (const version of versions) {
    const row = await writer.modelVersions.find(name, version);
    // One that MLflow deleted becomes a tombstone (below); one whose row is gone altogether, too.
    if (row === null) {
      await writer.slots.leaveAll(modelId, version, atMs);
      await writer.versionRecords.tombstone(modelId, version, atMs, 'unknown');
      continue;
    }
    const slot = stageSlot(fromMlflowStage(row.stage));
    const open = await writer.slots.listStageSlots(modelId, version);
    const known = open.some(
      (one) => one === slot || (row.stage === 'Archived' && one === 'stage:deprecated'),
    );
    if (known && open.length === 1) continue;
    for (const one of open) await writer.slots.leave(change, one, version);
    await writer.slots.enter(change, slot, version, 'outside');
    await writer.versionRecords.setDeprecated(modelId, version, false);
  }
};

const adoptDeletions: Adopt = async (deps, writer, { model: { modelId, name }, versions }) => {
  const nowMs = deps.clock.now();
  for (const version of versions) {
    if ((await writer.modelVersions.find(name, version)) !== null) continue;
    await writer.slots.leaveAll(modelId, version, nowMs);
    await writer.versionRecords.tombstone(modelId, version, nowMs, 'unknown');
  }
};

async function adoptAliases({ deps, name }: Pass, model: ModelIdentity): Promise<void> {
  const seen = await deps.store.read((reader) => reader.adoptions.listAliasDifferences(model));
  if (seen.length === 0) return;
  await deps.store.write(async (writer) => {
    const { modelId } = await lockModel(deps, writer, name);
    const differences = await writer.adoptions.listAliasDifferences(model);
    for (const { alias, holder, version } of differences) {
      const slot = aliasSlot(alias);
      const atMs = await writer.slots.nextInstant(modelId, [slot], deps.clock.now());
      const change = { modelId, atMs, actor: 'unknown', reason: null };
      if (holder !== null) await writer.slots.leave(change, slot, holder);
      if (version !== null) await writer.slots.enter(change, slot, version, 'outside');
    }
  });
}

async function buryOrphan(deps: Deps, writer: Writer, identity: ModelIdentity): Promise<void> {
  const model = await writer.registeredModels.lock(identity.name);
  if (model !== null && model.createdAtMs === identity.mlflowCreatedAtMs) return;
  const known = await writer.versionRecords.findIdentity(identity.name);
  if (known?.modelId === identity.modelId) await buryIdentity(writer, known, deps.clock.now());
}
