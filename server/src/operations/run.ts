import type { Actor } from '../domain/actor.ts';
import type { AuditEntry } from '../domain/audit-event.ts';
import { RegistryError } from '../domain/errors.ts';
import {
  checkExperimentActive,
  defaultArtifactLocation,
  type Experiment,
  runArtifactUri,
} from '../domain/experiment.ts';
import type { Int64 } from '../domain/int64.ts';
import type { ViewType } from '../domain/lifecycle.ts';
import type { Page } from '../domain/page.ts';
import type { Verb } from '../domain/permission.ts';
import {
  checkNewRunTag,
  checkRunActive,
  givenRunName,
  RUN_NAME_TAG,
  type Run,
  type RunInfo,
  type RunStatus,
} from '../domain/run.ts';
import { makeRunName } from '../domain/run-name.ts';
import type { RunSearch } from '../domain/search/run.ts';
import { lastTagPerKey, sortedTags, type Tag } from '../domain/tag.ts';
import { type AuditDeps, recordEvent } from './audit.ts';
import { runObject } from './audit-object.ts';
import { authorize } from './authorize.ts';
import { checkPageSize, experimentResource, readableExperiments, requireExperiment } from './experiment.ts';
import type { Deps, Reader, Writer } from './ports.ts';

/**
 * Starts a run in an active experiment. `name` '': the one of the tag, else one is made up.
 * @throws `invalid_argument`, `experiment_not_found`.
 */
export async function createRun(
  deps: Deps,
  actor: Actor,
  input: {
    experimentId: number;
    userId: string;
    name: string;
    startTimeMs: Int64;
    tags: readonly Tag[];
  },
): Promise<Run> {
  const { experimentId, tags } = input;
  for (const [index, tag] of tags.entries()) checkNewRunTag(tag, `tags[${index}].`);
  const name = givenRunName(input.name, tags);
  return deps.store.write(async (writer) => {
    const experiment = await requireExperiment(writer, actor, { experimentId, verb: 'edit-metadata' });
    const inserted = await insertRun(deps, writer, {
      ...input,
      experiment,
      name,
      status: 'RUNNING',
      endTimeMs: null,
    });
    await writer.authors.add({ kind: 'run', runId: inserted.runId }, actor.subjectId);
    await recordRun(deps, writer, actor, {
      action: 'run.create',
      runId: inserted.runId,
      name: inserted.name,
    });
    return startedRun(input, experiment, inserted);
  });
}

/** A run that was just inserted, as it would be read now. */
function startedRun(
  {
    experimentId,
    userId,
    startTimeMs,
    tags,
  }: { experimentId: number; userId: string; startTimeMs: Int64; tags: readonly Tag[] },
  experiment: Experiment,
  { runId, name, artifactUri }: { runId: string; name: string; artifactUri: string },
): Run {
  return {
    info: {
      runId,
      name,
      experimentId,
      experimentName: experiment.name,
      userId,
      status: 'RUNNING',
      startTimeMs,
      endTimeMs: null,
      artifactUri,
      lifecycleStage: 'active',
    },
    metrics: [],
    params: [],
    tags: sortedTags([...tags, { key: RUN_NAME_TAG, value: name }]),
    datasetInputs: [],
    modelInputs: [],
    modelOutputs: [],
  };
}

/** A run to insert; the tag that carries its name is added. */
export interface RunToInsert {
  readonly experiment: Experiment;
  readonly userId: string;
  /** Null: one is made up. */
  readonly name: string | null;
  readonly status: RunStatus;
  readonly startTimeMs: Int64;
  readonly endTimeMs: Int64 | null;
  readonly tags: readonly Tag[];
}

/** Inserts a run in the caller's unit of work, which has checked the tags. @throws `invalid_argument`. */
export async function insertRun(
  deps: Pick<Deps, 'ids'>,
  writer: Pick<Writer, 'runs'>,
  run: RunToInsert,
): Promise<{ runId: string; name: string; artifactUri: string }> {
  const { experiment, tags } = run;
  checkExperimentActive(experiment);
  const runId = deps.ids.hex32();
  const name = run.name ?? makeRunName((below) => deps.ids.randomInt(below));
  const location = experiment.artifactLocation || defaultArtifactLocation(experiment.experimentId);
  const artifactUri = runArtifactUri(location, runId);
  await writer.runs.insert({ ...run, experimentId: experiment.experimentId, runId, name, artifactUri });
  await writer.runs.putTags(runId, lastTagPerKey([...tags, { key: RUN_NAME_TAG, value: name }]));
  return { runId, name, artifactUri };
}

/** @throws `run_not_found`. Deleted ones are found, too. */
export async function getRun(deps: Deps, actor: Actor, runId: string): Promise<Run> {
  const run = await deps.store.read((reader) => reader.runs.find(runId));
  authorizeRun(actor, 'read-metadata', { runId, info: run?.info ?? null });
  if (run === null) throw new RegistryError('run_not_found', { runId });
  return run;
}

/**
 * Changes status, end or name; an empty name is no change. The tag that carries the name follows it.
 * @throws `run_not_found`, `invalid_argument` for a deleted run.
 */
export async function updateRun(
  deps: Deps,
  actor: Actor,
  input: { runId: string; status?: RunStatus; endTimeMs?: Int64; name?: string },
): Promise<RunInfo> {
  const { runId, name, ...changes } = input;
  return deps.store.write(async (writer) => {
    await requireActiveRun(writer, actor, { runId, verb: 'edit-metadata' });
    await writer.runs.update(runId, changes);
    if (name) await renameRun(writer, runId, name);
    const { info } = await getRunOf(writer, runId);
    await recordRun(deps, writer, actor, {
      action: 'run.update',
      runId,
      name: info.name,
      after: { status: info.status, name: info.name },
    });
    return info;
  });
}

/** Sets the name and the tag that carries it. */
export async function renameRun(writer: Pick<Writer, 'runs'>, runId: string, name: string): Promise<void> {
  await writer.runs.update(runId, { name });
  await writer.runs.putTags(runId, [{ key: RUN_NAME_TAG, value: name }]);
}

/** Marks the run deleted; again is fine. @throws `run_not_found`. */
export async function deleteRun(deps: Deps, actor: Actor, runId: string): Promise<void> {
  await deps.store.write(async (writer) => {
    const info = await requireRunInfo(writer, actor, { runId, verb: 'delete' });
    await writer.runs.setLifecycle(runId, 'deleted', deps.clock.now());
    if (info.lifecycleStage !== 'deleted')
      await recordRun(deps, writer, actor, { action: 'run.delete', runId, name: info.name });
  });
}

/** Brings the run back; an active one stays so. @throws `run_not_found`. */
export async function restoreRun(deps: Deps, actor: Actor, runId: string): Promise<void> {
  await deps.store.write(async (writer) => {
    const info = await requireRunInfo(writer, actor, { runId, verb: 'delete' });
    await writer.runs.setLifecycle(runId, 'active', null);
    if (info.lifecycleStage !== 'active')
      await recordRun(deps, writer, actor, { action: 'run.restore', runId, name: info.name });
  });
}

/** A page of runs of those of the experiments that the actor may read. @throws `invalid_argument`. */
export async function searchRuns(
  deps: Deps,
  actor: Actor,
  input: {
    search: RunSearch;
    experimentIds: readonly number[];
    view: ViewType;
    limit: number;
    offset: number;
  },
): Promise<Page<Run>> {
  checkPageSize(input.limit);
  return deps.store.read(async (reader) => {
    const experimentIds = await readableExperiments(reader, actor, input.experimentIds);
    return reader.runs.search(input.search, { experimentIds, view: input.view }, input);
  });
}

/** Writes down what happened to a run as such; what is logged into it is not governed. */
export async function recordRun(
  deps: AuditDeps,
  writer: Pick<Writer, 'audit'>,
  actor: Actor,
  { runId, name, ...entry }: Omit<AuditEntry, 'object'> & { runId: string; name: string | null },
): Promise<void> {
  await recordEvent(deps, writer, actor, { ...entry, object: runObject(runId, name) });
}

/** The run, when the actor may do this to it. @throws `run_not_found`, `permission_denied`. */
async function requireRunInfo(
  reader: Pick<Reader, 'runs'>,
  actor: Actor,
  { runId, verb }: { runId: string; verb: Verb },
): Promise<RunInfo> {
  return authorizeRun(actor, verb, { runId, info: await reader.runs.findInfo(runId) });
}

/** The same for a change of the run, which must be active. @throws also `invalid_argument`. */
export async function requireActiveRun(
  reader: Pick<Reader, 'runs'>,
  actor: Actor,
  asked: { runId: string; verb: Verb },
): Promise<RunInfo> {
  const info = await requireRunInfo(reader, actor, asked);
  checkRunActive(info);
  return info;
}

/** Lets the actor through to a run that was looked up. @throws `run_not_found`, `permission_denied`. */
export function authorizeRun(
  actor: Actor,
  verb: Verb,
  { runId, info }: { runId: string; info: RunInfo | null },
): RunInfo {
  const hidden = () => new RegistryError('run_not_found', { runId });
  if (info === null) throw hidden();
  authorize(actor, verb, experimentResource(info.experimentName), hidden);
  return info;
}

async function getRunOf(reader: Pick<Reader, 'runs'>, runId: string): Promise<Run> {
  const run = await reader.runs.find(runId);
  if (run === null) throw new RegistryError('run_not_found', { runId });
  return run;
}
