import type { Actor } from '../domain/actor.ts';
import { type ArtifactPath, joinArtifactPaths } from '../domain/artifact-path.ts';
import { invalidArgument, RegistryError } from '../domain/errors.ts';
import { authorizeArtifactChange, authorizeArtifactRead, refuseFrozen } from './artifact.ts';
import { getLoggedModel } from './logged-model.ts';
import type { DirectTransfer, PresignedRequest } from './ports/artifact-store.ts';
import type { Deps } from './ports.ts';
import { findRunRoot } from './run-artifact.ts';

/** MLflow: of one download; of one upload. */
const DOWNLOAD_SECONDS = 300;
const UPLOAD_SECONDS = 900;
/** What S3 accepts: a week. */
const LONGEST_SECONDS = 604_800;

/** A download that goes past this server. */
export type PresignedDownload = PresignedRequest & { readonly sizeBytes: number };

/** Whose file, and for how long; `ttlSeconds` null is the default. */
interface OwnedTransfer {
  readonly path: ArtifactPath;
  readonly ttlSeconds: number | null;
}

/** MLflow's sentences for a store that cannot; its client matches their beginnings and goes through the server. */
const UNSUPPORTED = {
  upload: 'Multipart upload is not supported for the current artifact repository',
  download: 'Multipart download is not supported for the current artifact repository',
  presignedUpload: 'Presigned upload is not supported for the current artifact repository',
  presignedDownload: 'Presigned download is not supported for the current artifact repository',
} as const;

/** An address to fetch a file of the proxy at the store itself. @throws `not_implemented`, `artifact_not_found`. */
export async function presignDownload(
  deps: Deps,
  actor: Actor,
  path: ArtifactPath,
): Promise<PresignedDownload> {
  const direct = requireDirect(deps, 'download');
  await deps.store.read((reader) => authorizeArtifactRead(reader, actor, path));
  deps.fileUses.note(path.text, deps.clock.now());
  return direct.presignDownload(path, DOWNLOAD_SECONDS);
}

/**
 * An address to put one new file of a run or a logged model whose files lie in the store under the store's own URI.
 * @throws `invalid_argument` (they go through this server), `not_implemented`, `artifact_sealed`,
 * `artifact_path_conflict` (there is one already), `run_not_found`, `logged_model_not_found`.
 */
export async function presignUpload(
  deps: Deps,
  actor: Actor,
  input: OwnedTransfer & ({ runId: string } | { modelId: string }),
): Promise<PresignedRequest> {
  const rootUri =
    'runId' in input
      ? await deps.store.read((reader) => findRunRoot(reader, actor, 'write-artifact', input.runId))
      : (await getLoggedModel(deps, actor, { modelId: input.modelId, allowDeleted: false })).artifactUri;
  const scheme = proxiedScheme(rootUri);
  if (scheme !== null)
    throw invalidArgument(
      `Presigned upload is not supported for proxied artifact storage (artifact URI scheme: ${scheme}). This endpoint requires a direct cloud storage artifact URI.`,
    );
  const ttlSeconds = lifetime(input.ttlSeconds, UPLOAD_SECONDS);
  const direct = requireDirect(deps, 'presignedUpload');
  const path = ownedPath(deps, rootUri, input.path, 'presignedUpload');
  await deps.store.write(async (writer) => {
    await authorizeArtifactChange(writer, actor, 'write-artifact', path);
    await refuseFrozen(writer, path);
    // Whether it is used is never heard.
    await writer.authors.add({ kind: 'file', path: path.text }, actor.subjectId);
  });
  return direct.presignUpload(path, ttlSeconds);
}

/** An address to fetch a file of such a run. @throws as `presignUpload`; `artifact_not_found`. */
export async function presignRunDownload(
  deps: Deps,
  actor: Actor,
  input: OwnedTransfer & { runId: string },
): Promise<PresignedDownload> {
  const ttlSeconds = lifetime(input.ttlSeconds, DOWNLOAD_SECONDS);
  const rootUri = await deps.store.read((reader) => findRunRoot(reader, actor, 'read-metadata', input.runId));
  const scheme = proxiedScheme(rootUri);
  if (scheme !== null)
    throw invalidArgument(
      `Presigned download is not supported for runs with proxied artifact storage (artifact URI scheme: ${scheme}). This endpoint requires a run with a direct cloud storage artifact URI.`,
    );
  const direct = requireDirect(deps, 'presignedDownload');
  const path = ownedPath(deps, rootUri, input.path, 'presignedDownload');
  await deps.store.read((reader) => authorizeArtifactRead(reader, actor, path));
  deps.fileUses.note(path.text, deps.clock.now());
  return direct.presignDownload(path, ttlSeconds);
}

/** @throws `not_implemented` with MLflow's sentence. */
export function requireDirect(deps: Deps, way: keyof typeof UNSUPPORTED): DirectTransfer {
  if (deps.artifacts.direct !== null) return deps.artifacts.direct;
  throw new RegistryError('not_implemented', { message: UNSUPPORTED[way] });
}

/** A folder that lies elsewhere is no place of this store. */
function ownedPath(
  deps: Deps,
  rootUri: string,
  path: ArtifactPath,
  way: keyof typeof UNSUPPORTED,
): ArtifactPath {
  const root = deps.artifacts.locate(rootUri);
  if (root === null) throw new RegistryError('not_implemented', { message: UNSUPPORTED[way] });
  return joinArtifactPaths(root, path);
}

/** MLflow: files behind such a URI are reached through a server. */
function proxiedScheme(uri: string): string | null {
  return /^(https?|mlflow-artifacts):/i.exec(uri)?.[1]?.toLowerCase() ?? null;
}

function lifetime(given: number | null, byDefault: number): number {
  const seconds = given ?? byDefault;
  if (seconds < 1 || seconds > LONGEST_SECONDS)
    throw invalidArgument(
      `expiration must be between 1 and ${LONGEST_SECONDS} seconds (got ${seconds}).`,
      'expiration',
    );
  return seconds;
}
