import type { ArtifactPath } from '../../domain/artifact-path.ts';
import type { ScoreColumns, ScoreTable } from '../../domain/score-table.ts';

/** Tables of scores as they were read from files; a file is known by its hash, wherever it lies. */
export interface ScoreTableReader {
  /** Null: nobody has read it yet. */
  find(sha256: string, columns: ScoreColumns): Promise<ScoreTable | null>;
  /** The file at a path, when it came through us and nothing replaced it since; else null. */
  findUpload(path: ArtifactPath): Promise<{ readonly sha256: string; readonly uploadedAtMs: number } | null>;
}

export interface ScoreTableWriter extends ScoreTableReader {
  /** One that stands already is left: the same file reads the same. */
  put(sha256: string, columns: ScoreColumns, table: ScoreTable): Promise<void>;
}
