import { invalidArgument } from '../errors.ts';
import type { LoggedModelOrderBy } from './logged-model.ts';
import { readOffset } from './page-token.ts';
import { type PythonValue, repr } from './python-text.ts';
import { decodeBase64, encodeJson, readJson } from './token-text.ts';

/** What a search of logged models was asked for; its page tokens hold only for the same request. */
export interface LoggedModelRequest {
  readonly experimentIds: readonly string[];
  /** Empty for none. */
  readonly filter: string;
  readonly orderBy: readonly LoggedModelOrderBy[];
}

function orderValue(orderBy: readonly LoggedModelOrderBy[]): PythonValue {
  if (orderBy.length === 0) return null;
  return orderBy.map(
    (clause) =>
      new Map<string, PythonValue>([
        ['field_name', clause.field_name],
        ['ascending', clause.ascending ?? true],
        ['dataset_name', clause.dataset_name || null],
        ['dataset_digest', clause.dataset_digest || null],
      ]),
  );
}

/** MLflow's token for the page that begins at `offset`. */
export function encodeLoggedModelToken(request: LoggedModelRequest, offset: number): string {
  return encodeJson(
    new Map<string, PythonValue>([
      ['experiment_ids', request.experimentIds],
      ['filter_string', request.filter || null],
      ['order_by', orderValue(request.orderBy)],
      ['offset', offset],
    ]),
  );
}

function equal(a: PythonValue, b: PythonValue): boolean {
  if (a instanceof Map) {
    if (!(b instanceof Map) || a.size !== b.size) return false;
    return [...a].every(([key, item]) => equal(item, b.get(key) ?? null));
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i] ?? null));
  }
  return a === b;
}

function shown(value: PythonValue): string {
  return typeof value === 'string' ? value : repr(value);
}

/** `mismatch` is the sentence that says which part differs. */
function checkSame(mismatch: string, expected: PythonValue, found: PythonValue): void {
  if (equal(expected, found)) return;
  throw invalidArgument(`${mismatch}. Expected: ${shown(expected)}. Found: ${shown(found)}`);
}

/**
 * The offset of a token for this request; 0 for an empty one.
 * @throws `invalid_argument` when the token is none, or was made for another request.
 */
export function parseLoggedModelToken(token: string, request: LoggedModelRequest): number {
  if (token === '') return 0;
  const bytes = decodeBase64(token);
  const value = bytes === null ? undefined : readJson(bytes);
  if (!(value instanceof Map)) {
    throw invalidArgument(`Invalid page token: ${token}. It is not an object of JSON in base64.`);
  }
  checkSame(
    'Experiment IDs in the page token do not match the requested experiment IDs',
    request.experimentIds,
    value.get('experiment_ids') ?? null,
  );
  checkSame(
    'Filter string in the page token does not match the requested filter string',
    request.filter || null,
    value.get('filter_string') || null,
  );
  checkSame(
    'Order by in the page token does not match the requested order by',
    orderValue(request.orderBy),
    value.get('order_by') || null,
  );
  const offset = readOffset(value.get('offset') || 0);
  if (offset === null) {
    throw invalidArgument(`Invalid page token: ${token}. Its offset is not a whole number of 0 or more.`);
  }
  return offset;
}
