import {
  type ArtifactPath,
  artifactName,
  containsArtifactPath,
  joinArtifactPaths,
  parseArtifactPath,
} from '../domain/artifact-path.ts';
import { RegistryError } from '../domain/errors.ts';
import type { VersionKey } from './ports/retention.ts';
import type { Reader } from './ports.ts';

/** What goes when a version is purged. */
export interface PurgedFiles {
  readonly root: ArtifactPath;
  readonly paths: readonly ArtifactPath[];
  readonly bytes: number;
}

type FileReader = Pick<Reader, 'seals' | 'purges'>;

/**
 * The files of a version's manifest that no other version has in its own, as long as that one is not purged; of one whose
 * manifest is still being made everything below its source stays. Null: the version froze nothing.
 */
export async function findPurgedFiles(reader: FileReader, key: VersionKey): Promise<PurgedFiles | null> {
  const { modelId, version } = key;
  const text = await reader.seals.findRoot(modelId, version);
  if (text === null) return null;
  const root = parseArtifactPath(text);
  const others = (await reader.purges.listTreesAround(root)).filter(
    (tree) => !tree.isPurged && (tree.modelId !== modelId || tree.version !== version),
  );
  const untold = others.filter(({ seal }) => seal !== 'sealed').map(({ path }) => parseArtifactPath(path));
  const needed = new Set<string>();
  for (const other of others.filter(({ seal }) => seal === 'sealed'))
    for (const file of await reader.seals.listManifest(other.modelId, other.version))
      for (const place of placesOf(parseArtifactPath(other.path), file.path)) needed.add(place.text);
  const paths: ArtifactPath[] = [];
  let bytes = 0;
  for (const file of await reader.seals.listManifest(modelId, version)) {
    const places = placesOf(root, file.path);
    const stays = places.some(
      (place) => needed.has(place.text) || untold.some((tree) => containsArtifactPath(tree, place)),
    );
    if (stays) continue;
    paths.push(...places);
    bytes += file.sizeBytes;
  }
  return { root, paths, bytes };
}

/** Where a file of a manifest is: a source that is one file is named there by its own name. */
function placesOf(root: ArtifactPath, path: string): readonly ArtifactPath[] {
  const below = joinArtifactPaths(root, parseArtifactPath(path));
  return path === artifactName(root) ? [root, below] : [below];
}

/** While files go, nothing is registered from where they are. @throws `resource_conflict`. */
export async function refuseSweeping(reader: Pick<Reader, 'purges'>, root: ArtifactPath): Promise<void> {
  const sweeping = await reader.purges.findSweepingAround(root);
  if (sweeping === null) return;
  const { modelName, version } = sweeping;
  throw new RegistryError('resource_conflict', {
    message: `Files at ${root.text} are being removed, because ${modelName} version ${version} is purged; in a moment they are gone.`,
  });
}
