import {
  type ArtifactPath,
  containsArtifactPath,
  joinArtifactPaths,
  parseArtifactPath,
} from '../domain/artifact-path.ts';
import type { ModelVersion } from '../domain/model-version.ts';
import { parseProxiedUri, parseRunUri, type RunSource } from '../domain/source-uri.ts';
import type { Deps, Reader } from './ports.ts';

/** What is needed to tell where files lie. */
export interface Places {
  readonly reader: Reader;
  readonly artifacts: Deps['artifacts'];
}

const LOGGED_MODEL_SOURCE = /^models:\/+([A-Za-z0-9][\w-]{0,255})$/;

/**
 * Where a version's files are below our artifact root, or null. A location in the store's own spelling (`s3://…`, a
 * path) counts only inside the version's run or logged model: anyone may register any such pointer, and what
 * is frozen is read by those who may read the model.
 */
export async function findVersionFiles(places: Places, version: ModelVersion): Promise<ArtifactPath | null> {
  const location = version.storageLocation || version.source || '';
  const run = parseRunUri(location);
  if (run !== null) return findRunFiles(places, run);
  const path = places.artifacts.locate(location);
  if (path === null || parseProxiedUri(location) !== null) return path;
  const isIn = (root: ArtifactPath | null): boolean => root !== null && containsArtifactPath(root, path);
  if (isIn(await findRunFolder(places, version.runId))) return path;
  return isIn(await findLoggedModelFolder(places, version, path)) ? path : null;
}

/** Where the files of a `runs:/` URI are below our artifact root, or null. */
export async function findRunFiles(places: Places, source: RunSource): Promise<ArtifactPath | null> {
  const root = await findRunFolder(places, source.runId);
  if (root === null || source.path === '') return root;
  return joinArtifactPaths(root, parseArtifactPath(source.path));
}

/** The folder of a run below our artifact root, or null. */
export async function findRunFolder(
  { reader, artifacts }: Places,
  runId: string | null,
): Promise<ArtifactPath | null> {
  const run = runId ? await reader.runs.findInfo(runId) : null;
  return artifacts.locate(run?.artifactUri ?? '');
}

/** The folder of the logged model that the source names, or that the version's run made. */
async function findLoggedModelFolder(
  { reader, artifacts }: Places,
  { source, runId }: ModelVersion,
  path: ArtifactPath,
): Promise<ArtifactPath | null> {
  const named = LOGGED_MODEL_SOURCE.exec(source ?? '')?.[1];
  // MLflow: `<experiment>/models/<id>/artifacts`.
  const modelId = named ?? path.segments[path.segments.lastIndexOf('models') + 1] ?? '';
  const model = await reader.loggedModels.find(modelId);
  const isRelated = named !== undefined || (runId !== null && model?.sourceRunId === runId);
  return isRelated ? artifacts.locate(model?.artifactUri ?? '') : null;
}
