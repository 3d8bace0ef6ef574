import type { ManifestFile } from './manifest.ts';

interface ChangedFile {
  readonly path: string;
  /** SHA-256, 64 hex digits. */
  readonly v1: string;
  readonly v2: string;
  readonly sizeDiffBytes: number;
}

export interface FileDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly ChangedFile[];
  readonly unchangedCount: number;
}

/** Compares two manifests by digest; all lists keep the manifests' order. */
export function compareFiles(v1: readonly ManifestFile[], v2: readonly ManifestFile[]): FileDifference {
  const before = new Map(v1.map((file) => [file.path, file]));
  const after = new Map(v2.map((file) => [file.path, file]));
  const common = v2.flatMap((file) => {
    const old = before.get(file.path);
    return old === undefined ? [] : [{ old, file }];
  });
  const changed = common.filter(({ old, file }) => old.sha256 !== file.sha256);
  return {
    added: v2.filter(({ path }) => !before.has(path)).map(({ path }) => path),
    removed: v1.filter(({ path }) => !after.has(path)).map(({ path }) => path),
    changed: changed.map(({ old, file }) => ({
      path: file.path,
      v1: old.sha256,
      v2: file.sha256,
      sizeDiffBytes: file.sizeBytes - old.sizeBytes,
    })),
    unchangedCount: common.length - changed.length,
  };
}
