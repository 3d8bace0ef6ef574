import { joinArtifactPaths, parseArtifactPath } from '../domain/artifact-path.ts';
import { isRegistryError } from '../domain/errors.ts';
import type { ManifestFile } from '../domain/manifest.ts';
import type { Deps } from './ports.ts';

/**
 * Reads every sealed file of a version and compares it with its manifest. Null: they are what was sealed; else the path of
 * the first that is not, or is gone. Outside of any unit of work: it takes as long as the files are large.
 */
export async function findDamage(
  deps: Deps,
  { modelId, version }: { readonly modelId: string; readonly version: number },
): Promise<string | null> {
  const { root, files } = await deps.store.read(async ({ seals }) => ({
    root: await seals.findRoot(modelId, version),
    files: await seals.listManifest(modelId, version),
  }));
  for (const file of files) if (root === null || !(await isIntact(deps, root, file))) return file.path;
  return null;
}

async function isIntact(deps: Deps, root: string, { path, sha256 }: ManifestFile): Promise<boolean> {
  const folder = parseArtifactPath(root);
  // A version whose source is one file has that file's name as its path.
  const places = [joinArtifactPaths(folder, parseArtifactPath(path)), folder];
  for (const place of places)
    try {
      const opened = await deps.artifacts.open(place);
      return (await deps.digests.sha256Stream(opened.stream())) === sha256;
    } catch (error) {
      const isElsewhere =
        isRegistryError(error, 'artifact_not_found') || isRegistryError(error, 'artifact_is_directory');
      if (!isElsewhere) throw error;
    }
  return false;
}
