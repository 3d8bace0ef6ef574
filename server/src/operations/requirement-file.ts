import { joinArtifactPaths, parseArtifactPath } from '../domain/artifact-path.ts';
import type { ManifestFile } from '../domain/manifest.ts';
import { type Requirements, readCondaEnvironment, readRequirementLines } from '../domain/requirement.ts';
import type { Deps } from './ports.ts';
import { readTextFile } from './text-file.ts';

const LIMIT_BYTES = 256 * 1024;

/** Sealed files, and where their tree begins; null: they are not frozen. */
export interface SealedTree {
  readonly root: string | null;
  readonly manifest: readonly ManifestFile[];
}

/**
 * What a version needs to run, of its sealed `requirements.txt`, else `conda.yaml`; null: it does not say. Outside of any
 * unit of work: it reads the artifact store.
 */
export async function readRequirements(
  deps: Pick<Deps, 'artifacts' | 'digests' | 'yaml'>,
  tree: SealedTree,
): Promise<Requirements | null> {
  const lines = await readSealed(deps, tree, 'requirements.txt');
  if (lines !== null) return readRequirementLines(lines);
  const conda = await readSealed(deps, tree, 'conda.yaml');
  return conda === null ? null : readCondaEnvironment(await deps.yaml.parse(conda));
}

async function readSealed(
  deps: Pick<Deps, 'artifacts' | 'digests'>,
  { root, manifest }: SealedTree,
  name: string,
): Promise<string | null> {
  const file = manifest.find(({ path }) => path === name);
  if (root === null || file === undefined) return null;
  const place = joinArtifactPaths(parseArtifactPath(root), parseArtifactPath(name));
  const read = await readTextFile(deps, place, LIMIT_BYTES);
  return read !== null && read.sha256 === file.sha256 ? read.text : null;
}
