/**
 * What of two answers an entry explains; all that is given must hold, and `interop/differential` refuses a match that
 * is wider than that. Texts are regular expressions: `mlflow` over the beginning and `here` over the whole of
 * `STATUS CODE MESSAGE` (`200` of a success, `500` of a page), `at` over the whole place of a deviation
 * (`body.model_version.version`), `request` somewhere in the JSON of path, query and body. Ids, times and invented
 * names stand as `[run 2.1]` in all of them.
 */
export interface DifferenceMatch {
  readonly rpc: readonly string[];
  readonly engine?: 'sqlite' | 'postgres';
  readonly request?: string;
  readonly mlflow: string;
  readonly here: string;
  /** What alone may differ; needed when both answers have the same status. */
  readonly at?: string;
  /** The JSON of what stands there, in MLflow's answer and in ours. */
  readonly values?: readonly [mlflow: string, here: string];
  /** The lists hold the same; ours stands in the order of this member. */
  readonly sorted?: string;
  /** The JSON of our whole answer, where MLflow has none. */
  readonly gives?: string;
}

/** An answer that differs from MLflow's on purpose. The differential suite needs every entry, and allows no more. */
export interface Difference {
  readonly id: string;
  readonly what: string;
  readonly mlflow: string;
  readonly here: string;
  readonly why: string;
  /** What `interop/differential` lets pass. */
  readonly matches?: readonly DifferenceMatch[];
  /** The test that keeps an entry that shows in no answer of a message. */
  readonly keptBy?: string;
}

type More = Omit<DifferenceMatch, 'rpc' | 'mlflow' | 'here'>;

export const SEE_DOCS = 'See the API docs for more information about request parameters.';

/** The regular expression of a text; `<run>`, `<model>`, `<experiment>` and `<invented>` stand for any such id or name, `<time>` for the time of a step. */
export function literal(text: string): string {
  return text
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replace(/<(run|model|experiment|invented)>/g, (_all, kind: string) => `\\[${kind} \\d+\\.\\d+\\]`)
    .replaceAll('<time>', '\\[time of step \\d+\\]');
}

/** `rpc` (one or several, with a space between) is refused here with 400 and this sentence. */
export function refused(rpc: string, mlflow: string, sentence: string, more: More = {}): DifferenceMatch {
  return { rpc: rpc.split(' '), mlflow, here: `400 INVALID_PARAMETER_VALUE ${literal(sentence)}`, ...more };
}

/** Both refuse with the same status, and only these members of the error differ. */
export function inError(...members: string[]): { readonly at: string } {
  return { at: `body\\.(${members.join('|')})` };
}

/** A sentence of MLflow that holds the database's own words, of either engine. */
export const SQL = {
  unique: '400 BAD_REQUEST .*(UniqueViolation|UNIQUE constraint)',
  foreignKey: '400 BAD_REQUEST .*(ForeignKeyViolation|FOREIGN KEY constraint)',
  tooLong: '400 BAD_REQUEST .*StringDataRightTruncation',
} as const;
