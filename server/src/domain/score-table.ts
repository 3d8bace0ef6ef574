import { compareBytewise } from './bytewise-order.ts';

/** Which column of a table names the sample, and which holds its score; `path` as in the files of version or run. */
export interface ScoreColumns {
  readonly path: string;
  readonly sample: string;
  readonly score: string;
}

/** The scores of one version by sample, in bytewise order of the samples; or why there are none. */
export type ScoreTable =
  | { readonly kind: 'scores'; readonly scores: ReadonlyMap<string, number> }
  | { readonly kind: 'unreadable'; readonly why: string };

/** One text for what is read from where. */
export function scoreKey({ path, sample, score }: ScoreColumns): string {
  return JSON.stringify([path, sample, score]);
}

/** More samples are not compared one by one. */
export const MOST_SAMPLES = 100_000;

/**
 * Reads what MLflow's `log_table` writes as `.json`: pandas' orient `split`, `{"columns":[…],"data":[[…],…]}`. A score is a
 * finite number, or true and false for 1 and 0; a sample is text or a number, and stands there once.
 */
export function readScoreTable(text: string, { sample, score }: Omit<ScoreColumns, 'path'>): ScoreTable {
  const table = parseSplit(text);
  if (table === null) return unreadable('it is not a JSON table with "columns" and "data"');
  const [sampleAt, scoreAt] = [table.columns.indexOf(sample), table.columns.indexOf(score)];
  if (sampleAt < 0) return unreadable(`it has no column ${sample}`);
  if (scoreAt < 0) return unreadable(`it has no column ${score}`);
  if (table.data.length === 0) return unreadable('it has no rows');
  if (table.data.length > MOST_SAMPLES) return unreadable(`it has more than ${MOST_SAMPLES} rows`);
  const scores = new Map<string, number>();
  for (const [index, row] of table.data.entries()) {
    const name = Array.isArray(row) ? toName(row[sampleAt]) : null;
    const value = Array.isArray(row) ? toScore(row[scoreAt]) : null;
    if (name === null) return unreadable(`row ${index + 1} has no name in ${sample}`);
    if (value === null) return unreadable(`row ${index + 1} has no finite number in ${score}`);
    if (scores.has(name)) return unreadable(`row ${index + 1} names a sample again that stands above`);
    scores.set(name, value);
  }
  return { kind: 'scores', scores: new Map([...scores].sort(([a], [b]) => compareBytewise(a, b))) };
}

function unreadable(why: string): ScoreTable {
  return { kind: 'unreadable', why };
}

function parseSplit(
  text: string,
): { readonly columns: readonly unknown[]; readonly data: readonly unknown[] } | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || !('columns' in parsed) || !('data' in parsed))
    return null;
  const { columns, data } = parsed;
  return Array.isArray(columns) && Array.isArray(data) ? { columns, data } : null;
}

function toName(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

function toScore(value: unknown): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
