import type { Actor } from '../domain/actor.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { loggedModelEntry } from '../domain/logged-model-history.ts';
import { pythonJson } from '../domain/python-json.ts';
import {
  checkBatch,
  checkParam,
  checkRunActive,
  checkRunId,
  checkRunTag,
  LOGGED_MODELS_TAG,
  type Param,
  RUN_NAME_TAG,
  type RunBatch,
} from '../domain/run.ts';
import { reprString } from '../domain/search/python-text.ts';
import { lastTagPerKey, type Tag } from '../domain/tag.ts';
import { writeMetrics } from './metric.ts';
import type { Deps, Writer } from './ports.ts';
import { authorizeRun, renameRun, requireActiveRun } from './run.ts';

/** The same value again is fine. @throws `invalid_argument`, also for another value; `run_not_found`. */
export async function logParam(
  deps: Deps,
  actor: Actor,
  input: { runId: string; param: Param },
): Promise<void> {
  const { runId, param } = input;
  checkParam(param);
  await deps.store.write(async (writer) => {
    await requireActiveRun(writer, actor, { runId, verb: 'edit-metadata' });
    const [changed] = await writer.runs.addParams(runId, [param]);
    if (changed !== undefined)
      throw invalidArgument(
        `Changing param values is not allowed. Param with key='${param.key}' was already logged with ` +
          `value='${changed.standing.value}' for run ID='${runId}'. Attempted logging new value '${param.value}'.`,
        'value',
      );
  });
}

/**
 * Params, metrics and tags at once, all or nothing (MLflow commits each kind by itself).
 * @throws `invalid_argument`, `run_not_found`, `logged_model_not_found`.
 */
export async function logBatch(deps: Deps, actor: Actor, input: { runId: string } & RunBatch): Promise<void> {
  const { runId } = input;
  checkRunId(runId);
  checkBatch(input);
  await deps.store.write(async (writer) => {
    const run = await requireActiveRun(writer, actor, { runId, verb: 'edit-metadata' });
    await writeParams(writer, runId, input.params);
    await writeMetrics(writer, actor, { run, metrics: input.metrics });
    await writeTags(writer, runId, input.tags);
  });
}

/** Adds params in the caller's unit of work. @throws `invalid_argument` when one stands with another value. */
export async function writeParams(
  writer: Pick<Writer, 'runs'>,
  runId: string,
  params: readonly Param[],
): Promise<void> {
  const changed = await writer.runs.addParams(runId, params);
  if (changed.length === 0) return;
  const shown = changed.map(
    ({ given, standing }) =>
      `{'key': ${reprString(given.key)}, 'old_value': ${reprString(standing.value)}, 'new_value': ${reprString(given.value)}}`,
  );
  throw invalidArgument(
    `Changing param values is not allowed. Params were already logged='[${shown.join(', ')}]' for run ID='${runId}'.`,
    'params',
  );
}

/** Sets tags in the caller's unit of work; of a key given twice the last counts. The name's tag renames the run. */
async function writeTags(writer: Pick<Writer, 'runs'>, runId: string, tags: readonly Tag[]): Promise<void> {
  const last = lastTagPerKey(tags);
  const name = last.find(({ key }) => key === RUN_NAME_TAG)?.value;
  // MLflow: an empty name is no change.
  if (name) await renameRun(writer, runId, name);
  await writer.runs.putTags(
    runId,
    last.filter(({ key }) => key !== RUN_NAME_TAG),
  );
}

/** @throws `invalid_argument`, `run_not_found`. */
export async function setRunTag(deps: Deps, actor: Actor, input: { runId: string; tag: Tag }): Promise<void> {
  const { runId, tag } = input;
  checkRunTag(tag);
  await deps.store.write(async (writer) => {
    await requireActiveRun(writer, actor, { runId, verb: 'edit-metadata' });
    await writeTags(writer, runId, [tag]);
  });
}

/** @throws `run_not_found`, `resource_not_found` when there is no such tag. */
export async function deleteRunTag(
  deps: Deps,
  actor: Actor,
  input: { runId: string; key: string },
): Promise<void> {
  const { runId, key } = input;
  await deps.store.write(async (writer) => {
    await requireActiveRun(writer, actor, { runId, verb: 'edit-metadata' });
    if (!(await writer.runs.deleteTag(runId, key)))
      throw new RegistryError('resource_not_found', {
        message: `No tag with name: ${key} in run with id ${runId}`,
      });
  });
}

/**
 * What MLflow 2.x clients do instead of logged models: the MLmodel's facts are added to a list in a tag.
 * @throws `invalid_argument`, `run_not_found`.
 */
export async function logModel(
  deps: Deps,
  actor: Actor,
  input: { runId: string; modelJson: string },
): Promise<void> {
  const { runId } = input;
  const entry = loggedModelEntry(input.modelJson);
  await deps.store.write(async (writer) => {
    checkRunActive(authorizeRun(actor, 'edit-metadata', { runId, info: await writer.runs.lock(runId) }));
    const earlier = parseHistory(await writer.runs.findTag(runId, LOGGED_MODELS_TAG));
    const tag = { key: LOGGED_MODELS_TAG, value: pythonJson([...earlier, entry]) };
    checkRunTag(tag);
    await writer.runs.putTags(runId, [tag]);
  });
}

function parseHistory(text: string | null): unknown[] {
  if (text === null) return [];
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch {
    // Falls through to the refusal.
  }
  throw invalidArgument(`The tag '${LOGGED_MODELS_TAG}' of the run holds no JSON list.`, 'run_id');
}
