import { type ArtifactPath, parseArtifactPath } from '../domain/artifact-path.ts';
import { parseProxiedUri } from '../domain/source-uri.ts';
import { TEMPORARY_FOLDER } from './layout.ts';

const FILE_URI = /^file:(?:\/\/)?(\/(?!\/).*)$/is;

/**
 * See `ArtifactStore.locate`. `roots` are the absolute spellings of the artifact folder, in the system's form. A
 * `file:` URI is decoded once, as MLflow does; a plain path is not.
 */
export function locateFile(roots: readonly string[], uri: string): ArtifactPath | null {
  const absolute = localPath(uri);
  if (absolute === null) return parseProxiedUri(uri);
  for (const root of roots) {
    const inside = root.endsWith('/') ? root : `${root}/`;
    if (absolute.startsWith(inside)) return exactPath(absolute.slice(inside.length));
  }
  return null;
}

function localPath(uri: string): string | null {
  if (uri.startsWith('/')) return uri;
  const encoded = FILE_URI.exec(uri)?.[1];
  if (encoded === undefined || /[?#]/.test(encoded)) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

/** One slash at the end is another spelling of a folder; nothing else is. */
function exactPath(text: string): ArtifactPath | null {
  const bare = text.replace(/\/$/, '');
  try {
    const path = parseArtifactPath(bare);
    const isOwn = path.segments[0]?.toLowerCase() === TEMPORARY_FOLDER;
    return path.text === bare && !isOwn ? path : null;
  } catch {
    return null;
  }
}
