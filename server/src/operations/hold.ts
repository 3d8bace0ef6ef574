import type { Actor } from '../domain/actor.ts';
import type { AuditObject } from '../domain/audit-event.ts';
import { RegistryError } from '../domain/errors.ts';
import { HOLD_REFERENCE_LENGTH, type Hold } from '../domain/hold.ts';
import { checkMarkingText, MARKING_REASON_LENGTH, subjectsOfMarking } from '../domain/marking.ts';
import { isPermitted, readableNames } from '../domain/permission.ts';
import { recordEvent } from './audit.ts';
import { authorize } from './authorize.ts';
import { lockModel } from './model-identity.ts';
import type { Deps, Reader } from './ports.ts';
import { authorizeChange, authorizeRead, modelResource } from './registered-model.ts';
import { selectVersion, type VersionReference } from './version-reference.ts';

/** A hold, and what those in it are called. */
export interface HoldView {
  readonly hold: Hold;
  readonly modelName: string;
  /** Names by subject id. */
  readonly names: ReadonlyMap<string, string>;
}

interface HoldInput {
  readonly name: string;
  /** Null: the whole model. */
  readonly reference: VersionReference | null;
  readonly reason: string;
  /** What it is about elsewhere, such as `LEGAL-14`. */
  readonly about: string | null;
}

/**
 * Forbids to delete a version or a whole model until the hold is lifted, whatever the policy says. Any number may stand
 * side by side. @throws `permission_denied`, `invalid_argument`, and as `selectVersion`.
 */
export async function placeHold(deps: Deps, actor: Actor, input: HoldInput): Promise<HoldView> {
  const { name, reference, reason, about } = input;
  checkMarkingText(reason, '/reason', MARKING_REASON_LENGTH);
  if (about !== null) checkMarkingText(about, '/reference', HOLD_REFERENCE_LENGTH);
  authorizeChange(actor, 'hold', name);
  return deps.store.write(async (writer) => {
    // With the lock no deletion is under way that has looked for holds already.
    const model = await lockModel(deps, writer, name);
    const version = reference === null ? null : (await selectVersion(writer, name, reference)).version;
    const hold: Hold = {
      holdId: deps.ids.uuid(),
      modelId: model.modelId,
      version,
      reason,
      reference: about,
      placedBy: actor.subjectId,
      placedAtMs: deps.clock.now(),
      lifted: null,
    };
    await writer.holds.insert(hold);
    await recordEvent(deps, writer, actor, {
      action: 'hold.place',
      object: holdObject(hold, name),
      reason,
      after: { reference: about },
    });
    return viewHold(writer, hold, name);
  });
}

/**
 * Lifts a hold: the only step that lets something be deleted, so it says why.
 * @throws `resource_not_found` (also when its model is hidden), `permission_denied`, `hold_lifted`, `invalid_argument`.
 */
export async function liftHold(
  deps: Deps,
  actor: Actor,
  { holdId, reason }: { readonly holdId: string; readonly reason: string },
): Promise<HoldView> {
  return deps.store.write(async (writer) => {
    const hold = await writer.holds.find(holdId);
    const model = hold === null ? null : await writer.versionRecords.findModel(hold.modelId);
    if (hold === null || model === null || !isPermitted(actor, 'read-metadata', modelResource(model.name)))
      throw new RegistryError('resource_not_found', { message: `There is no hold ${holdId}.` });
    checkMarkingText(reason, 'reason', MARKING_REASON_LENGTH);
    authorize(actor, 'lift-hold', modelResource(model.name));
    const lifted = { by: actor.subjectId, atMs: deps.clock.now(), reason };
    if (!(await writer.holds.lift(holdId, lifted))) throw new RegistryError('hold_lifted', { holdId });
    await recordEvent(deps, writer, actor, {
      action: 'hold.lift',
      object: holdObject(hold, model.name),
      reason,
      before: { reference: hold.reference, reason: hold.reason },
    });
    return viewHold(writer, { ...hold, lifted }, model.name);
  });
}

/** Newest first; only of models that the actor may read. @throws `model_not_found` for a name that is hidden. */
export async function listHolds(
  deps: Deps,
  actor: Actor,
  query: {
    readonly modelName: string | null;
    readonly version: number | null;
    readonly withLifted: boolean;
    readonly before: string | null;
    readonly limit: number;
  },
): Promise<readonly HoldView[]> {
  const { modelName, version, withLifted, before, limit } = query;
  if (modelName !== null) authorizeRead(actor, modelName);
  return deps.store.read(async (reader) => {
    const identity = modelName === null ? null : await reader.versionRecords.findIdentity(modelName);
    if (modelName !== null && identity === null) return [];
    const found = await reader.holds.search(
      { modelId: identity?.modelId ?? null, version, names: readableNames(actor, 'model'), withLifted },
      { before, limit },
    );
    const modelIds = new Set(found.map(({ modelId }) => modelId));
    const modelNames = await reader.versionRecords.namesOf([...modelIds]);
    const names = await reader.subjects.names(found.flatMap(subjectsOfMarking));
    return found.map((hold) => ({ hold, modelName: modelNames.get(hold.modelId) ?? '', names }));
  });
}

async function viewHold(reader: Pick<Reader, 'subjects'>, hold: Hold, modelName: string): Promise<HoldView> {
  return { hold, modelName, names: await reader.subjects.names(subjectsOfMarking(hold)) };
}

function holdObject({ holdId, version }: Hold, name: string): AuditObject {
  return { kind: 'hold', id: holdId, name, version };
}
