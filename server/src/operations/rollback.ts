import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import { type SlotInterval, stageSlot } from '../domain/slot.ts';
import { taintText } from '../domain/taint.ts';
import { stageOf } from '../domain/version-stage.ts';
import { findDamage } from './file-verification.ts';
import { lockModel } from './model-identity.ts';
import { policyOf, requireRevision } from './policy-choice.ts';
import type { KeptRequest } from './ports/transition-request.ts';
import type { Deps, Reader } from './ports.ts';
import { authorizeChange } from './registered-model.ts';
import { type Moved, moveInUnit } from './stage-move.ts';
import { findTaints } from './taint.ts';
import { selectVersion, type VersionReference } from './version-reference.ts';

export interface RolledBack extends Moved {
  /** Who was in production before; null: nobody. */
  readonly left: number | null;
}

/** No model was in production more often. */
const STAYS = 1_000;
const PRODUCTION = stageSlot('production');

/**
 * Brings a version back into production at once, without votes: one that was there by an executed request (or by a
 * rollback to that), left it within the window of the policy revision that let it in, and still has the files that were
 * approved. `to` null: the one that was there before.
 * @throws `model_not_found`, `permission_denied`, `rollback_not_allowed`, and as `selectVersion`.
 */
export async function rollBack(
  deps: Deps,
  actor: Actor,
  input: { readonly name: string; readonly to: VersionReference | null; readonly reason: string },
): Promise<RolledBack> {
  const { name, reason } = input;
  authorizeChange(actor, 'rollback', name);
  const chosen = await deps.store.read((reader) => chooseStay(deps, reader, input));
  const damage = await findDamage(deps, { modelId: chosen.modelId, version: chosen.stay.version });
  if (damage !== null)
    throw refusal(name, chosen.stay.version, `its file ${damage} is not the one that was approved any more`);
  return deps.store.write(async (writer) => {
    const identity = await lockModel(deps, writer, name);
    // What was chosen may have been overtaken.
    const { stay, request } = await chooseStay(deps, writer, {
      ...input,
      to: { by: 'number', version: chosen.stay.version },
    });
    const version = await selectVersion(writer, name, { by: 'number', version: stay.version });
    const record = await writer.versionRecords.find(name, stay.version);
    const [left = null] = await writer.slots.listHolders(identity.modelId, PRODUCTION);
    const governing = await policyOf(deps, writer, identity);
    const moved = await moveInUnit(deps, writer, actor, {
      identity,
      version,
      record,
      from: stageOf(version, record),
      to: 'production',
      governing,
      reason,
      origin: 'rollback',
      requestId: request.requestId,
      displacedTo: governing.policy.exclusive.get('production') ?? 'archived',
    });
    return { ...moved, left };
  });
}

interface Choice {
  readonly modelId: string;
  /** Its last time in production. */
  readonly stay: SlotInterval;
  /** By which it had come there. */
  readonly request: KeptRequest;
}

async function chooseStay(
  deps: Deps,
  reader: Reader,
  { name, to }: { readonly name: string; readonly to: VersionReference | null },
): Promise<Choice> {
  const identity = await reader.versionRecords.findIdentity(name);
  const stays =
    identity === null
      ? []
      : await reader.slots.listIntervals(identity.modelId, PRODUCTION, { after: null, limit: STAYS });
  const wanted = to === null ? null : (await selectVersion(reader, name, to)).version;
  const holders = new Set(stays.filter(({ toMs }) => toMs === null).map(({ version }) => version));
  const stay = stays.find(({ version, toMs }) =>
    wanted === null ? toMs !== null && !holders.has(version) : version === wanted,
  );
  if (identity === null || stay === undefined) {
    const what = wanted === null ? 'nothing was in production before' : 'it was never in production';
    throw refusal(name, wanted, what);
  }
  return { modelId: identity.modelId, stay, request: await requireReturn(deps, reader, name, stay) };
}

/** @throws `rollback_not_allowed`, naming what forbids it. */
async function requireReturn(
  deps: Deps,
  reader: Reader,
  name: string,
  { version, toMs, origin, requestId }: SlotInterval,
): Promise<KeptRequest> {
  const refuse = (why: string) => refusal(name, version, why);
  if (toMs === null) throw refuse('it is in production');
  if (origin !== 'request' && origin !== 'rollback')
    throw refuse(`it had come into production without a request (${origin})`);
  const request = requestId === null ? null : await reader.transitionRequests.find(requestId);
  if (request === null) throw refuse('the request by which it had come into production is not known');
  const { policy, revision } = await requireRevision(reader, request.policyName, request.policyRevision);
  const windowMs = policy.rollbackWindowMs;
  if (windowMs === null)
    throw refuse(
      `policy ${policy.name}, revision ${revision}, under which it had come, has no rollback window`,
    );
  const untilMs = Number(toMs) + windowMs;
  if (untilMs <= deps.clock.now())
    throw refuse(`it could come back until ${new Date(untilMs).toISOString()}`);
  const record = await reader.versionRecords.find(name, version);
  if (record === null || record.deletedAtMs !== null) throw refuse('it was deleted');
  const row = await reader.modelVersions.find(name, version);
  if (row === null) throw refuse('it was deleted');
  if (stageOf(row, record) === 'deprecated') throw refuse('it is deprecated');
  const [taint] = await findTaints(reader, { modelId: record.modelId, version });
  if (taint !== undefined) throw refuse(`it depends on data that are marked as bad, ${taintText(taint)}`);
  if (record.digest !== request.digest) throw refuse('its files are not those that were approved');
  return request;
}

function refusal(name: string, version: number | null, why: string): RegistryError<'rollback_not_allowed'> {
  const what = version === null ? name : `${name} version ${version}`;
  return new RegistryError('rollback_not_allowed', {
    message: `${what} cannot be rolled back to: ${why}. Ask for a transition instead.`,
  });
}
