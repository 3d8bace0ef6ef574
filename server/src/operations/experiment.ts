import type { Actor } from '../domain/actor.ts';
import { checkArtifactLocation } from '../domain/artifact-location.ts';
import type { AuditEntry } from '../domain/audit-event.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import {
  CUSTOM_VIEW_PREFIX,
  checkCustomViews,
  checkExperimentActive,
  checkExperimentName,
  checkExperimentTag,
  type Experiment,
  experimentNotFound,
} from '../domain/experiment.ts';
import type { ViewType } from '../domain/lifecycle.ts';
import type { Page } from '../domain/page.ts';
import { isPermitted, readableNames, type Verb } from '../domain/permission.ts';
import type { ExperimentSearch } from '../domain/search/experiment.ts';
import type { Tag } from '../domain/tag.ts';
import { recordEvent } from './audit.ts';
import { experimentObject } from './audit-object.ts';
import { authorize } from './authorize.ts';
import { grantToCreator } from './creator-grant.ts';
import type { Deps, Reader, Writer } from './ports.ts';

const SEARCH_LIMIT = 50_000;

/** The resource that permissions of an experiment, its runs and its logged models are asked for. */
export function experimentResource(name: string) {
  return { kind: 'experiment', name } as const;
}

/**
 * Makes an experiment and answers its id. `artifactLocation` '' or null: below the artifact root.
 * @throws `invalid_argument`, `permission_denied`, `resource_exists`.
 */
export async function createExperiment(
  deps: Deps,
  actor: Actor,
  input: { name: string; artifactLocation: string | null; tags: readonly Tag[] },
): Promise<number> {
  const { name, tags } = input;
  const artifactLocation = input.artifactLocation || null;
  checkExperimentName(name);
  if (artifactLocation !== null) checkArtifactLocation(artifactLocation);
  for (const tag of tags) checkExperimentTag(tag);
  checkCustomViews(new Set(tags.map(({ key }) => key).filter(isCustomView)).size);
  authorizeNew(actor, name);
  return deps.store.write(async (writer) => {
    const id = await writer.experiments.insert({ name, artifactLocation, tags, nowMs: deps.clock.now() });
    if (id === null) throw experimentExists(name);
    await recordExperiment(deps, writer, actor, {
      action: 'experiment.create',
      experiment: { experimentId: id, name },
    });
    await grantToCreator(deps, writer, actor, name);
    return id;
  });
}

/**
 * The experiment with that name, made when there is none, in the caller's unit of work.
 * @throws `invalid_argument` when it is deleted; `permission_denied`.
 */
export async function ensureExperiment(
  deps: Deps,
  writer: Writer,
  input: { actor: Actor; name: string },
): Promise<Experiment> {
  const { actor, name } = input;
  checkExperimentName(name);
  authorizeNew(actor, name);
  const known = await writer.experiments.findByName(name);
  if (known === null) {
    const made = { name, artifactLocation: null, tags: [], nowMs: deps.clock.now() };
    const experimentId = await writer.experiments.insert(made);
    if (experimentId !== null) {
      await recordExperiment(deps, writer, actor, {
        action: 'experiment.create',
        experiment: { experimentId, name },
      });
      await grantToCreator(deps, writer, actor, name);
    }
  }
  const experiment = known ?? (await writer.experiments.findByName(name));
  if (experiment === null) throw experimentExists(name);
  checkExperimentActive(experiment);
  return experiment;
}

/** @throws `experiment_not_found`. Deleted ones are found, too. */
export async function getExperiment(deps: Deps, actor: Actor, experimentId: number): Promise<Experiment> {
  return deps.store.read((reader) =>
    requireExperiment(reader, actor, { experimentId, verb: 'read-metadata' }),
  );
}

/** @throws `experiment_not_found`. Deleted ones are found, too. */
export async function getExperimentByName(deps: Deps, actor: Actor, name: string): Promise<Experiment> {
  const hidden = new RegistryError('experiment_not_found', {
    message: `Could not find experiment with name '${name}'`,
  });
  authorize(actor, 'read-metadata', experimentResource(name), hidden);
  const experiment = await deps.store.read((reader) => reader.experiments.findByName(name));
  if (experiment === null) throw hidden;
  return experiment;
}

/** A page of the experiments that the actor may read. `limit` 1–50,000. @throws `invalid_argument`. */
export async function searchExperiments(
  deps: Deps,
  actor: Actor,
  input: { search: ExperimentSearch; view: ViewType; limit: number | bigint; offset: number },
): Promise<Page<Experiment>> {
  checkPageSize(input.limit);
  const page = { limit: Number(input.limit), offset: input.offset };
  const scope = { view: input.view, readable: readableNames(actor, 'experiment') };
  return deps.store.read((reader) => reader.experiments.search(input.search, scope, page));
}

/** @throws `experiment_not_found`, `resource_exists`, `invalid_argument` for a deleted one. */
export async function renameExperiment(
  deps: Deps,
  actor: Actor,
  input: { experimentId: number; newName: string },
): Promise<void> {
  const { experimentId, newName } = input;
  checkExperimentName(newName);
  await deps.store.write(async (writer) => {
    const experiment = await requireExperiment(writer, actor, { experimentId, verb: 'edit-metadata' });
    if (newName !== experiment.name) authorizeNew(actor, newName);
    // MLflow: answers 500 here.
    if (experiment.lifecycleStage !== 'active')
      throw invalidArgument('Cannot rename a non-active experiment.', 'experiment_id');
    if (!(await writer.experiments.rename(experimentId, newName, deps.clock.now())))
      throw experimentExists(newName);
    await recordExperiment(deps, writer, actor, {
      action: 'experiment.update',
      experiment: { experimentId, name: newName },
      before: { name: experiment.name },
      after: { name: newName },
    });
  });
}

/** Marks the experiment and all its runs deleted. @throws `experiment_not_found`, also when it is deleted. */
export async function deleteExperiment(deps: Deps, actor: Actor, experimentId: number): Promise<void> {
  await setLifecycle(deps, actor, { experimentId, from: 'active', to: 'deleted' });
}

/** Brings a deleted experiment and all its runs back. @throws `experiment_not_found`, also when it is active. */
export async function restoreExperiment(deps: Deps, actor: Actor, experimentId: number): Promise<void> {
  await setLifecycle(deps, actor, { experimentId, from: 'deleted', to: 'active' });
}

async function setLifecycle(
  deps: Deps,
  actor: Actor,
  input: { experimentId: number; from: 'active' | 'deleted'; to: 'active' | 'deleted' },
): Promise<void> {
  const { experimentId, from, to } = input;
  await deps.store.write(async (writer) => {
    const experiment = await requireExperiment(writer, actor, { experimentId, verb: 'delete' });
    if (experiment.lifecycleStage !== from) throw experimentNotFound(experimentId);
    const nowMs = deps.clock.now();
    await writer.experiments.setLifecycle(experimentId, to, nowMs);
    // MLflow: every run follows, also one that had been deleted by itself before.
    await writer.runs.setLifecycleOfAll(experimentId, to, to === 'deleted' ? nowMs : null);
    const action = to === 'deleted' ? 'experiment.delete' : 'experiment.restore';
    await recordExperiment(deps, writer, actor, { action, experiment });
  });
}

/** @throws `invalid_argument`, `experiment_not_found`. */
export async function setExperimentTag(
  deps: Deps,
  actor: Actor,
  input: { experimentId: number; tag: Tag },
): Promise<void> {
  const { experimentId, tag } = input;
  checkExperimentTag(tag);
  await deps.store.write(async (writer) => {
    const experiment = await requireExperiment(writer, actor, { experimentId, verb: 'edit-metadata' });
    checkExperimentActive(experiment);
    if (isCustomView(tag.key)) {
      const views = new Set([...experiment.tags.map(({ key }) => key).filter(isCustomView), tag.key]);
      checkCustomViews(views.size, experimentId);
    }
    await writer.experiments.putTag(experimentId, tag);
    const after = { [`tags.${tag.key}`]: tag.value };
    await recordExperiment(deps, writer, actor, { action: 'experiment.update', experiment, after });
  });
}

/** @throws `invalid_argument`, `experiment_not_found`, `resource_not_found` when there is no such tag. */
export async function deleteExperimentTag(
  deps: Deps,
  actor: Actor,
  input: { experimentId: number; key: string },
): Promise<void> {
  const { experimentId, key } = input;
  await deps.store.write(async (writer) => {
    const experiment = await requireExperiment(writer, actor, { experimentId, verb: 'edit-metadata' });
    checkExperimentActive(experiment);
    if (!(await writer.experiments.deleteTag(experimentId, key)))
      throw new RegistryError('resource_not_found', {
        message: `No tag with name: ${key} in experiment with id ${experimentId}`,
      });
    const after = { [`tags.${key}`]: null };
    await recordExperiment(deps, writer, actor, { action: 'experiment.update', experiment, after });
  });
}

async function recordExperiment(
  deps: Deps,
  writer: Writer,
  actor: Actor,
  {
    experiment,
    ...entry
  }: Omit<AuditEntry, 'object'> & { experiment: Parameters<typeof experimentObject>[0] },
): Promise<void> {
  await recordEvent(deps, writer, actor, { ...entry, object: experimentObject(experiment) });
}

/** The experiment, when the actor may do this to it. @throws `experiment_not_found`, `permission_denied`. */
export async function requireExperiment(
  reader: Pick<Reader, 'experiments'>,
  actor: Actor,
  { experimentId, verb }: { experimentId: number; verb: Verb },
): Promise<Experiment> {
  const experiment = await reader.experiments.find(experimentId);
  const hidden = () => experimentNotFound(experimentId);
  if (experiment === null) throw hidden();
  authorize(actor, verb, experimentResource(experiment.name), hidden);
  return experiment;
}

/** Those of the experiments that exist and that the actor may read. */
export async function readableExperiments(
  reader: Pick<Reader, 'experiments'>,
  actor: Actor,
  experimentIds: readonly number[],
): Promise<number[]> {
  if (readsAll(actor)) return [...experimentIds];
  return (await reader.experiments.listNames(experimentIds))
    .filter(({ name }) => isPermitted(actor, 'read-metadata', experimentResource(name)))
    .map(({ experimentId }) => experimentId);
}

/** Whether the actor may read every experiment, so that nothing needs to be asked about one. */
export function readsAll(actor: Actor): boolean {
  return isPermitted(actor, 'read-metadata', experimentResource('*'));
}

/** The rule for `max_results` of searches in tracking. @throws `invalid_argument` with MLflow's sentence. */
export function checkPageSize(limit: number | bigint): void {
  const wrong = `Invalid value ${limit} for parameter 'max_results' supplied.`;
  if (limit < 1) throw invalidArgument(`${wrong} It must be a positive integer`, 'max_results');
  if (limit > SEARCH_LIMIT)
    throw invalidArgument(`${wrong} It must be at most ${SEARCH_LIMIT}`, 'max_results');
}

/** Who may write models of a name may also make the experiment of that name (v1-api section 5). */
function authorizeNew(actor: Actor, name: string): void {
  if (!isPermitted(actor, 'edit-metadata', { kind: 'model', name }))
    authorize(actor, 'edit-metadata', experimentResource(name));
}

function isCustomView(key: string): boolean {
  return key.startsWith(CUSTOM_VIEW_PREFIX);
}

function experimentExists(name: string): RegistryError<'resource_exists'> {
  return new RegistryError('resource_exists', { message: `Experiment(name=${name}) already exists.` });
}
