import type { Actor } from '../domain/actor.ts';
import { invalidArgument } from '../domain/errors.ts';
import { askedBy } from './asked-change.ts';
import { recordEvent } from './audit.ts';
import { versionObject } from './audit-object.ts';
import { lockModel, requireRecord } from './model-identity.ts';
import { requireRevision } from './policy-choice.ts';
import type { ReportedCheck } from './ports/check.ts';
import type { Deps } from './ports.ts';
import { authorizeChange } from './registered-model.ts';
import { advance } from './transition-request.ts';
import { selectVersion, type VersionReference } from './version-reference.ts';

export interface CheckInput extends Omit<ReportedCheck, 'reporter' | 'digest' | 'atMs'> {
  readonly model: string;
  readonly reference: VersionReference;
}

const FACTS_LENGTH = 10_000;

/**
 * Keeps what was found out about a version elsewhere (CI, a field test), for the files that it has now. What waits for it
 * is looked at anew. @throws as `selectVersion`, `permission_denied`, `invalid_argument`.
 */
export async function reportCheck(
  deps: Deps,
  actor: Actor,
  { model, reference, ...input }: CheckInput,
): Promise<ReportedCheck & { readonly version: number }> {
  if (JSON.stringify(input.facts).length > FACTS_LENGTH)
    throw invalidArgument(`Facts are at most ${FACTS_LENGTH} characters of JSON.`, '/facts');
  authorizeChange(actor, 'report-check', model);
  return deps.store.write(async (writer) => {
    const identity = await lockModel(deps, writer, model);
    const { version } = await selectVersion(writer, model, reference);
    await requireRecord(deps, writer, { model: identity, version });
    const record = await writer.versionRecords.find(model, version);
    const check: ReportedCheck = {
      ...input,
      reporter: actor.subjectId,
      digest: record?.digest ?? null,
      atMs: deps.clock.now(),
    };
    await writer.checks.put(identity.modelId, version, check);
    await recordEvent(deps, writer, actor, {
      action: 'check.report',
      object: versionObject(identity, version, check.digest),
      reason: check.summary,
      after: { check: check.name, conclusion: check.conclusion },
    });
    for (const request of await writer.transitionRequests.listOpen(identity.modelId, version)) {
      const governing = await requireRevision(writer, request.policyName, request.policyRevision);
      const asked = await askedBy(writer, request, { identity, governing });
      await advance(deps, writer, actor, { request, asked });
    }
    return { ...check, version };
  });
}
