/** A file of a version; `path` relative to its source, `/`-separated; `sha256` 64 hex digits. */
export interface ManifestFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** In the order of the UTF-8 bytes of the path (v1-api section 2). */
export function sortManifest(files: readonly ManifestFile[]): ManifestFile[] {
  return [...files].sort((a, b) => compareCodePoints(a.path, b.path));
}

/**
 * The text whose SHA-256 is the version's digest: the RFC 8785 form of
 * `[{path, sha256, size_bytes}, …]` in the manifest's order. No files: `[]`.
 */
export function canonicalManifest(files: readonly ManifestFile[]): string {
  return JSON.stringify(
    files.map((file) => ({ path: file.path, sha256: file.sha256, size_bytes: file.sizeBytes })),
  );
}

/** UTF-8 byte order is code point order; JavaScript's own order compares UTF-16 units. */
function compareCodePoints(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
