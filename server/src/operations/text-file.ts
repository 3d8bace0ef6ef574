import type { ArtifactPath } from '../domain/artifact-path.ts';
import { isRegistryError } from '../domain/errors.ts';
import type { Deps } from './ports.ts';

/** A small file as text, and the hash of what was read. */
export interface TextFile {
  readonly text: string;
  readonly sha256: string;
}

/** Reads a file from the artifact store, outside any unit of work; null: it is gone, a folder, or larger. */
export async function readTextFile(
  deps: Pick<Deps, 'artifacts' | 'digests'>,
  path: ArtifactPath,
  limitBytes: number,
): Promise<TextFile | null> {
  try {
    const opened = await deps.artifacts.open(path);
    const text = await readText(opened.stream(), limitBytes);
    return text === null ? null : { text, sha256: deps.digests.sha256(text) };
  } catch (error) {
    const isAbsent =
      isRegistryError(error, 'artifact_not_found') || isRegistryError(error, 'artifact_is_directory');
    if (isAbsent) return null;
    throw error;
  }
}

async function readText(stream: NodeJS.ReadableStream, limitBytes: number): Promise<string | null> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length;
    if (bytes > limitBytes) return null;
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
