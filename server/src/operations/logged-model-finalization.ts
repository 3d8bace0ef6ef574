import type { Actor } from '../domain/actor.ts';
import type { LoggedModel, LoggedModelStatus } from '../domain/logged-model.ts';
import { lockVisible, recordLoggedModel, requireModel } from './logged-model.ts';
import type { UnsealedVersion } from './ports/logged-model.ts';
import type { Deps, Writer } from './ports.ts';
import { recordSeal, sealInUnit, surveyFiles, type VersionFiles } from './seal.ts';

interface Finalization {
  readonly modelId: string;
  readonly status: LoggedModelStatus;
}

/** What came of it; `surveyWanted` is the location of files that must be looked at first, and then nothing changed. */
type Outcome =
  | { readonly model: LoggedModel; readonly surveyWanted: null }
  | { readonly model: null; readonly surveyWanted: string };

/**
 * Sets the status. Versions that were registered while the model's files were still written are frozen when it
 * becomes ready or failed, in the same unit of work, and sealed at once when every hash is known.
 * @throws `logged_model_not_found`.
 */
export async function finalizeLoggedModel(
  deps: Deps,
  actor: Actor,
  input: Finalization,
): Promise<LoggedModel> {
  const first = await attempt(deps, actor, input, null);
  if (first.surveyWanted === null) return first.model;
  // Files are looked at outside of any unit of work; what changes meanwhile, the seal notices.
  const files = await surveyFiles(deps, deps.artifacts.locate(first.surveyWanted));
  const second = await attempt(deps, actor, input, files);
  if (second.model === null) throw new Error('the files of a logged model were surveyed in vain');
  return second.model;
}

async function attempt(
  deps: Deps,
  actor: Actor,
  { modelId, status }: Finalization,
  files: VersionFiles | null,
): Promise<Outcome> {
  return deps.store.write(async (writer) => {
    const model = await lockVisible(writer, actor, 'edit-metadata', modelId);
    const isFinal = status === 'LOGGED_MODEL_READY' || status === 'LOGGED_MODEL_UPLOAD_FAILED';
    const waiting = isFinal ? await writer.loggedModels.listUnsealedVersions(model) : [];
    if (waiting.length > 0 && files === null) return { model: null, surveyWanted: model.artifactUri };
    await writer.loggedModels.setStatus(modelId, status, deps.clock.now());
    await recordLoggedModel(deps, writer, actor, {
      action: 'logged_model.finalize',
      model,
      after: { status },
    });
    if (files !== null)
      for (const version of waiting) await sealLate(deps, writer, actor, { version, files });
    return { model: await requireModel(writer, modelId), surveyWanted: null };
  });
}

async function sealLate(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  { version, files }: { version: UnsealedVersion; files: VersionFiles },
): Promise<void> {
  const result = await sealInUnit(deps, writer, version, files);
  await writer.versionRecords.setSeal(version.modelId, version.version, {
    ...result,
    nowMs: deps.clock.now(),
  });
  await recordSeal(deps, writer, actor, { model: version, version: version.version, result });
}
