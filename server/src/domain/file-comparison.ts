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
  /** Neither added nor removed: the same bytes under another path. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
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
  const gone = v1.filter(({ path }) => !after.has(path));
  const come = v2.filter(({ path }) => !before.has(path));
  const renamed = pairRenamed(gone, come);
  const [froms, tos] = [new Set(renamed.map(({ from }) => from)), new Set(renamed.map(({ to }) => to))];
  return {
    added: come.map(({ path }) => path).filter((path) => !tos.has(path)),
    removed: gone.map(({ path }) => path).filter((path) => !froms.has(path)),
    renamed,
    changed: changed.map(({ old, file }) => ({
      path: file.path,
      v1: old.sha256,
      v2: file.sha256,
      sizeDiffBytes: file.sizeBytes - old.sizeBytes,
    })),
    unchangedCount: common.length - changed.length,
  };
}

/** Of several files with the same bytes the first goes with the first. */
function pairRenamed(gone: readonly ManifestFile[], come: readonly ManifestFile[]) {
  const waiting = Map.groupBy(gone, ({ sha256 }) => sha256);
  return come.flatMap(({ path: to, sha256 }) => {
    const from = waiting.get(sha256)?.shift()?.path;
    return from === undefined ? [] : [{ from, to }];
  });
}
