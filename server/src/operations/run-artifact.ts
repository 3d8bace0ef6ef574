import type { Actor } from '../domain/actor.ts';
import { type ArtifactPath, joinArtifactPaths } from '../domain/artifact-path.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import type { Verb } from '../domain/permission.ts';
import { isReadable, type OpenedArtifact, openArtifact, putArtifact } from './artifact.ts';
import { authorize } from './authorize.ts';
import { getLoggedModel } from './logged-model.ts';
import type { ArtifactEntry, StoredFile } from './ports/artifact-store.ts';
import type { Deps, Reader } from './ports.ts';

/** The files of a run or a logged model; paths are relative to `rootUri`. */
export interface OwnedArtifacts {
  readonly rootUri: string;
  readonly files: readonly (Omit<ArtifactEntry, 'name'> & { readonly path: string })[];
}

/** Whose files, and which: `path` null is the whole folder. */
interface RunFile<P = ArtifactPath> {
  readonly runId: string;
  readonly path: P;
}
interface LoggedModelFile<P = ArtifactPath> {
  readonly modelId: string;
  readonly path: P;
}

/**
 * Lists a folder of a run's files, null the topmost; none when it is absent or a file. The run's own URI does not
 * give a right: what it points to must be readable, too.
 * @throws `run_not_found`, `invalid_argument` when the files do not lie with this server.
 */
export async function listRunArtifacts(
  deps: Deps,
  actor: Actor,
  { runId, path }: RunFile<ArtifactPath | null>,
): Promise<OwnedArtifacts> {
  const rootUri = await deps.store.read((reader) => findRunRoot(reader, actor, 'read-metadata', runId));
  return listBelow(deps, actor, { owner: `run ${runId}`, rootUri, path });
}

/** A file of a run. @throws as `listRunArtifacts` and `openArtifact`. */
export async function openRunArtifact(
  deps: Deps,
  actor: Actor,
  { runId, path }: RunFile,
): Promise<OpenedArtifact> {
  const rootUri = await deps.store.read((reader) => findRunRoot(reader, actor, 'read-metadata', runId));
  return openArtifact(deps, actor, locateBelow(deps, { owner: `run ${runId}`, rootUri, path }));
}

/** Stores a file of a run. @throws as `listRunArtifacts` and `putArtifact`. */
export async function putRunArtifact(
  deps: Deps,
  actor: Actor,
  { runId, path, body }: RunFile & { body: AsyncIterable<Uint8Array> },
): Promise<StoredFile> {
  const rootUri = await deps.store.read((reader) => findRunRoot(reader, actor, 'write-artifact', runId));
  const place = locateBelow(deps, { owner: `run ${runId}`, rootUri, path });
  return putArtifact(deps, actor, { path: place, body, declaredSha256: [] });
}

/** As `listRunArtifacts`, of a logged model. @throws `logged_model_not_found`, `invalid_argument`. */
export async function listLoggedModelArtifacts(
  deps: Deps,
  actor: Actor,
  { modelId, path }: LoggedModelFile<ArtifactPath | null>,
): Promise<OwnedArtifacts> {
  const { artifactUri } = await getLoggedModel(deps, actor, { modelId, allowDeleted: false });
  return listBelow(deps, actor, { owner: `logged model ${modelId}`, rootUri: artifactUri, path });
}

/** A file of a logged model. @throws as `listLoggedModelArtifacts` and `openArtifact`. */
export async function openLoggedModelArtifact(
  deps: Deps,
  actor: Actor,
  { modelId, path }: LoggedModelFile,
): Promise<OpenedArtifact> {
  const { artifactUri } = await getLoggedModel(deps, actor, { modelId, allowDeleted: false });
  const place = locateBelow(deps, { owner: `logged model ${modelId}`, rootUri: artifactUri, path });
  return openArtifact(deps, actor, place);
}

/** The URI of a run's files. @throws `run_not_found`, also without the right to know. */
export async function findRunRoot(reader: Reader, actor: Actor, verb: Verb, runId: string): Promise<string> {
  const run = await reader.runs.findInfo(runId);
  const absent = new RegistryError('run_not_found', { runId });
  if (run === null) throw absent;
  authorize(actor, verb, { kind: 'experiment', name: run.experimentName }, absent);
  return run.artifactUri ?? '';
}

interface Below<P> {
  /** For messages. */
  readonly owner: string;
  readonly rootUri: string;
  readonly path: P;
}

async function listBelow(
  deps: Deps,
  actor: Actor,
  { owner, rootUri, path }: Below<ArtifactPath | null>,
): Promise<OwnedArtifacts> {
  const root = requireRoot(deps, owner, rootUri);
  const folder = path === null ? root : joinArtifactPaths(root, path);
  const readable = await deps.store.read((reader) => isReadable(reader, actor, folder));
  const entries = readable ? await deps.artifacts.list(folder) : [];
  const prefix = path === null ? '' : `${path.text}/`;
  return { rootUri, files: entries.map(({ name, ...entry }) => ({ ...entry, path: prefix + name })) };
}

function locateBelow(deps: Deps, { owner, rootUri, path }: Below<ArtifactPath>): ArtifactPath {
  return joinArtifactPaths(requireRoot(deps, owner, rootUri), path);
}

/** MLflow: would go and look there, with the server's own rights; clients do so themselves. */
function requireRoot(deps: Deps, owner: string, rootUri: string): ArtifactPath {
  const root = deps.artifacts.locate(rootUri);
  if (root !== null) return root;
  throw invalidArgument(
    `The files of ${owner} lie at ${rootUri}, which this server does not serve; read them there.`,
  );
}
