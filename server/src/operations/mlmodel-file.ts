import { type Mlmodel, readMlmodel } from '../domain/mlmodel.ts';
import type { WalkedFile } from './ports/artifact-store.ts';
import type { Deps } from './ports.ts';
import { readTextFile } from './text-file.ts';

/** What a version's `MLmodel` said when it was read. */
export interface ReadMlmodel extends Mlmodel {
  /** Of its text: whether this is the file that was sealed. */
  readonly sha256: string;
}

export const MLMODEL = 'MLmodel';
const LIMIT_BYTES = 256 * 1024;

/** Reads it from the artifact store, outside any unit of work; null: there is none among the files, or a giant. */
export async function readMlmodelFile(
  deps: Pick<Deps, 'artifacts' | 'digests' | 'yaml'>,
  files: readonly WalkedFile[],
): Promise<ReadMlmodel | null> {
  const file = files.find((seen) => seen.relativePath === MLMODEL);
  if (file === undefined || file.sizeBytes > LIMIT_BYTES) return null;
  const read = await readTextFile(deps, file.path, LIMIT_BYTES);
  return read === null ? null : { ...readMlmodel(await deps.yaml.parse(read.text)), sha256: read.sha256 };
}
