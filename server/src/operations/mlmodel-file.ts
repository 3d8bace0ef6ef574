import { isRegistryError } from '../domain/errors.ts';
import { type Mlmodel, readMlmodel } from '../domain/mlmodel.ts';
import type { WalkedFile } from './ports/artifact-store.ts';
import type { Deps } from './ports.ts';

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
  try {
    const opened = await deps.artifacts.open(file.path);
    const text = await readText(opened.stream());
    return { ...readMlmodel(await deps.yaml.parse(text)), sha256: deps.digests.sha256(text) };
  } catch (error) {
    // Removed since it was seen.
    if (isRegistryError(error, 'artifact_not_found')) return null;
    throw error;
  }
}

async function readText(stream: NodeJS.ReadableStream): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (text.length > LIMIT_BYTES) break;
  }
  return text + decoder.decode();
}
