import type { Actor } from '../domain/actor.ts';
import { RegistryError } from '../domain/errors.ts';
import { isPermitted } from '../domain/permission.ts';
import { experimentResource } from './experiment.ts';
import type { Deps } from './ports.ts';
import { surveyFiles, type VersionFiles } from './seal.ts';
import { type ResolvedSource, resolveSource } from './version-source.ts';

/** Where a version's files come from, looked at before the unit of work. */
export interface RegistrationSource {
  /** Null: `<run artifact uri>/model` of the run that is made. */
  readonly resolved: ResolvedSource | null;
  readonly files: VersionFiles;
  /** The run that the version belongs to; null: one is made. */
  readonly runId: string | null;
}

const RUN_SOURCE = /^runs:\/+([^/]+)(?:\/|$)/;
const LOGGED_MODEL_SOURCE = /^models:\/+(m-[^/@]+)$/;

/**
 * Resolves `source` and `run_id` of a registration. A `models:/` source brings its run, unless something is to
 * be logged to a new one (`logs`).
 * @throws `run_not_found` (also for a run that may not be read, or that is deleted), and as `resolveSource`.
 */
export async function resolveRegistration(
  deps: Deps,
  actor: Actor,
  input: { source: string | null; runId: string | null; logs: boolean },
): Promise<RegistrationSource> {
  const { source, runId, logs } = input;
  const artifactUri = runId === null ? null : await findArtifactUri(deps, actor, runId);
  if (source === null && artifactUri === null)
    return { resolved: null, files: { kind: 'none' }, runId: null };
  const resolved = await resolveSource(deps, actor, {
    source: source ?? modelFolder(artifactUri ?? ''),
    runId: runId ?? undefined,
    modelId: LOGGED_MODEL_SOURCE.exec(source ?? '')?.[1],
  });
  const files = resolved.frozenLater ? ({ kind: 'none' } as const) : await surveyFiles(deps, resolved.files);
  // Where the caller named no files and the run has none, they may still come.
  const open = source === null && files.kind === 'here' && files.seen.length === 0;
  return {
    resolved,
    files: open ? { kind: 'none' } : files,
    runId: runId ?? (logs ? null : resolved.runId || null),
  };
}

/** The run that a `runs:/` source names by itself, or null. */
export function runOfSource(source: string | null): string | null {
  return RUN_SOURCE.exec(source ?? '')?.[1] ?? null;
}

/** The folder of a run's artifacts in which its model is expected; a query stays at the end. */
export function modelFolder(artifactUri: string): string {
  const at = artifactUri.indexOf('?');
  return at < 0 ? `${artifactUri}/model` : `${artifactUri.slice(0, at)}/model${artifactUri.slice(at)}`;
}

async function findArtifactUri(deps: Deps, actor: Actor, runId: string): Promise<string> {
  const run = await deps.store.read((reader) => reader.runs.findInfo(runId));
  const readable =
    run !== null && isPermitted(actor, 'read-metadata', experimentResource(run.experimentName));
  if (!readable || run.lifecycleStage !== 'active') throw new RegistryError('run_not_found', { runId });
  return run.artifactUri ?? '';
}
