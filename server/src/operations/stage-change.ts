import type { Actor } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { matchesPattern } from '../domain/permission.ts';
import { renderSemanticVersion } from '../domain/semantic-version.ts';
import { stageSlot } from '../domain/slot.ts';
import type { Stage } from '../domain/stage.ts';
import { stageOf } from '../domain/version-stage.ts';
import { lockModel, requireRecord } from './model-identity.ts';
import { prepareMove } from './move-preparation.ts';
import type { Deps } from './ports.ts';
import { authorizeChange, checkDescription } from './registered-model.ts';
import { sealAfter, type TransitionPending, transitionInUnit } from './transition.ts';
import { selectVersion, type VersionReference } from './version-reference.ts';

export interface StageChange {
  readonly name: string;
  readonly reference: VersionReference;
  readonly to: Stage;
  /** Of the transition, kept in history where there is no reason; the version's own description stays. */
  readonly description: string | null;
  /** The digest that the version must have; null: any. */
  readonly expectedDigest: string | null;
  readonly force: boolean;
  readonly reason: string | null;
}

export interface StageChanged {
  readonly kind: 'moved';
  readonly version: number;
  readonly semanticVersion: string | null;
  readonly from: Stage;
  readonly to: Stage;
  readonly displaced: readonly { readonly version: number; readonly to: Stage }[];
}

const FORCED_REASON_LENGTH = 10;

/**
 * Moves a version to another stage as v1 does: production has one holder afterwards, and the stage where the
 * version stands already is a conflict.
 * @throws as `selectVersion`; `already_in_stage`, `digest_mismatch`, `override_required`, `invalid_argument`.
 */
export async function changeStage(
  deps: Deps,
  actor: Actor,
  input: StageChange,
): Promise<StageChanged | TransitionPending> {
  const { name, to, reason } = input;
  checkDescription(input.description);
  if (input.force && (reason === null || [...reason].length < FORCED_REASON_LENGTH))
    throw invalidArgument(
      `Forcing a transition needs a reason of ${FORCED_REASON_LENGTH} characters or more.`,
      '/reason',
    );
  authorizeChange(actor, 'request-transition', name);
  const { version: asked } = await deps.store.read((reader) => selectVersion(reader, name, input.reference));
  await prepareMove(deps, { name, version: asked, target: stageSlot(to) });
  const changed = await deps.store.write(async (writer) => {
    const model = await lockModel(deps, writer, name);
    const current = await selectVersion(writer, name, input.reference);
    const { version } = current;
    await requireRecord(deps, writer, { model, version });
    if (input.force && !mayOverride(actor, name))
      throw new RegistryError('override_required', { name, version });
    const record = await writer.versionRecords.find(name, version);
    const actual = record?.digest ?? null;
    const expected = input.expectedDigest;
    if (expected !== null && expected !== actual)
      throw new RegistryError('digest_mismatch', { name, version, expected, actual });
    if (stageOf(current, record) === to)
      throw new RegistryError('already_in_stage', { name, version, stage: to });
    const displace = to === 'production';
    const why = reason ?? input.description;
    const moved = await transitionInUnit(deps, writer, actor, {
      name,
      version,
      to,
      displace,
      reason: why,
      reasonPath: '/reason',
      forced: input.force,
    });
    if (moved.kind === 'pending') return { ...moved, pendingSeal: null };
    const label = record?.semanticVersion ?? null;
    return {
      kind: 'moved' as const,
      version,
      semanticVersion: label && renderSemanticVersion(label),
      from: moved.from,
      to,
      displaced: moved.displaced,
      pendingSeal: moved.pendingSeal,
    };
  });
  const { pendingSeal: _, ...result } = await sealAfter(deps, changed);
  return result;
}

/** Only an admin of the model passes its rules by force. */
function mayOverride(actor: Actor, name: string): boolean {
  return actor.grants.some(
    ({ role, resource, pattern }) =>
      role === 'admin' && resource === 'model' && matchesPattern(pattern, name),
  );
}
