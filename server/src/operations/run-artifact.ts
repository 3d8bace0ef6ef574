import type { Actor } from '../domain/actor.ts';
import { type ArtifactPath, joinArtifactPaths } from '../domain/artifact-path.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { parseProxiedUri } from '../domain/source-uri.ts';
import { isReadable } from './artifact.ts';
import { authorize } from './authorize.ts';
import type { ArtifactEntry } from './ports/artifact-store.ts';
import type { Deps } from './ports.ts';

/** The files of a run's folder; paths are relative to `rootUri`. */
export interface RunArtifacts {
  readonly rootUri: string;
  readonly files: readonly (Omit<ArtifactEntry, 'name'> & { readonly path: string })[];
}

/**
 * Lists a folder of a run's files, null the topmost; none when it is absent or a file. The run's own URI does not
 * give a right: what it points to must be readable, too.
 * @throws `run_not_found`, `invalid_argument` when the files do not lie with this server.
 */
export async function listRunArtifacts(
  deps: Deps,
  actor: Actor,
  input: { runId: string; path: ArtifactPath | null },
): Promise<RunArtifacts> {
  const { runId, path } = input;
  const place = await deps.store.read(async (reader) => {
    const run = await reader.runs.findInfo(runId);
    const absent = new RegistryError('run_not_found', { runId });
    if (run === null) throw absent;
    authorize(actor, 'read-metadata', { kind: 'experiment', name: run.experimentName }, absent);
    const rootUri = run.artifactUri ?? '';
    const root = parseProxiedUri(rootUri);
    if (root === null) throw elsewhere(runId, rootUri);
    const folder = path === null ? root : joinArtifactPaths(root, path);
    return { rootUri, folder, readable: await isReadable(reader, actor, folder) };
  });
  const entries = place.readable ? await deps.artifacts.list(place.folder) : [];
  const prefix = path === null ? '' : `${path.text}/`;
  const files = entries.map(({ name, ...entry }) => ({ ...entry, path: prefix + name }));
  return { rootUri: place.rootUri, files };
}

/** MLflow: would go and look there, with the server's own rights; clients do so themselves. */
function elsewhere(runId: string, rootUri: string): RegistryError<'invalid_argument'> {
  return invalidArgument(
    `The files of run ${runId} lie at ${rootUri}, which this server does not serve; read them there.`,
    'run_id',
  );
}
