import { invalidArgument } from '../../domain/errors.ts';
import type { Int64 } from '../../domain/int64.ts';
import type { JsonObject, JsonValue } from '../plugins/strict-json.ts';
import { readDouble, readInt32, readInt64 } from './proto-json/numbers.ts';
import { invalid, missing } from './proto-json/refusal.ts';

/**
 * MLflow's request messages as values: `message({ name: required(string()), tags: repeated(TAG) })` says what
 * is read, in which order it is checked, and gives the type of the input. It reads protobuf's JSON with MLflow's
 * leniency and sentences (mlflow/server/handlers.py, google.protobuf.json_format): null is absent, unknown
 * keys are ignored, `runId` may stand for `run_id`.
 * MLflow: when a value of a wrong type is not covered by its own check, it goes on with a message that is
 * read up to there; here every value of a wrong type is refused with the sentence of the check.
 */
export interface Message<out I> {
  readonly fields: ReadonlyMap<string, Field<unknown>>;
  /** `path` is put before the names in sentences: `''` or `metrics[0].`. @throws `invalid_argument`. */
  readonly read: (object: JsonObject, path: string) => I;
}

/** One parameter: how it is read, and how it stands in a query string. */
export interface Field<out T> {
  /** @throws `invalid_argument` with MLflow's sentence about `path`. */
  readonly read: (value: JsonValue | undefined, path: string) => T;
  readonly place: 'one' | 'many' | 'flag' | 'path';
  readonly required?: true;
  /** A second name, read when the first is absent. */
  readonly otherName?: string;
}

/** What a message of such fields gives; an unset field is `undefined`, an unset repeated one `[]`. */
export type Input<F> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** The input type of a message: `InputOf<typeof REQUEST>`. */
export type InputOf<M> = M extends Message<infer I> ? I : never;

/** A message by its fields; their order is the order in which they are checked (that of MLflow's handler). */
export function message<const F extends Readonly<Record<string, Field<unknown>>>>(
  fields: F,
): Message<Input<F>> {
  const entries = Object.entries<Field<unknown>>(fields).map(([name, field]) => ({
    name,
    field,
    camel: name.replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase()),
  }));
  const read = (object: JsonObject, path: string): Input<F> => {
    for (const { name, camel } of entries) if (camel !== name) refuseBothNames(object, name, camel);
    const input: Record<string, unknown> = {};
    for (const { name, field, camel } of entries) {
      let value = object[name];
      // MLflow: a required parameter counts as given only by its own name.
      if (value === undefined && camel !== name && field.required === undefined) value = object[camel];
      if ((value === undefined || value === null) && field.otherName !== undefined)
        value = object[field.otherName];
      input[name] = field.read(value, path === '' ? name : path + name);
    }
    return input as Input<F>;
  };
  return { fields: new Map(Object.entries(fields)), read };
}

function refuseBothNames(object: JsonObject, name: string, camel: string): void {
  if (object[name] !== undefined && object[camel] !== undefined)
    throw invalidArgument(`Request specifies both '${name}' and '${camel}'; provide only one of them.`, name);
}

/** A text. */
export function string(): Field<string | undefined> {
  return scalar('one', (value) => (typeof value === 'string' ? value : null));
}

/** A 64-bit integer, exact; also as a numeric text. */
export function int64(): Field<Int64 | undefined> {
  return scalar('one', readInt64);
}

/** A 32-bit integer; also as a numeric text. */
export function int32(): Field<number | undefined> {
  return scalar('one', readInt32);
}

/** A double; also as a numeric text, "NaN", "Infinity", "-Infinity". */
export function double(): Field<number | undefined> {
  return scalar('one', readDouble);
}

/** A truth value; the R client writes it as a text in any case. */
export function bool(): Field<boolean | undefined> {
  return scalar('flag', (value) => {
    if (typeof value === 'boolean') return value;
    const text = typeof value === 'string' ? value.toLowerCase() : '';
    return text === 'true' ? true : text === 'false' ? false : null;
  });
}

/**
 * A name out of `numbers` (name → number), given by name or number. MLflow: an unknown name is as if it were
 * unset; an unknown number is refused.
 */
export function enumeration<const N extends string>(
  numbers: Readonly<Record<N, number>>,
): Field<N | undefined> {
  const byNumber = new Map(Object.entries<number>(numbers).map(([name, number]) => [number, name as N]));
  const names = new Set<string>(byNumber.values());
  return {
    place: 'one',
    read: (value, path) => {
      if (value === undefined || value === null) return undefined;
      if (typeof value === 'string' && names.has(value)) return value as N;
      const number = readInt32(value);
      if (number === null && typeof value === 'string' && value !== '') return undefined;
      const name = number === null ? undefined : byNumber.get(number);
      if (name === undefined) throw invalid(path, value);
      return name;
    },
  };
}

function scalar<T>(place: Field<T>['place'], convert: (value: JsonValue) => T | null): Field<T | undefined> {
  return {
    place,
    read: (value, path) => {
      if (value === undefined || value === null) return undefined;
      const result = convert(value);
      if (result === null) throw invalid(path, value);
      return result;
    },
  };
}

/** Elements of one list; a statement takes no more values than a few for each. */
const MOST_ELEMENTS = 4_000;

function checkCount(list: readonly unknown[], path: string): void {
  if (list.length > MOST_ELEMENTS)
    throw invalidArgument(
      `'${path}' has ${list.length} elements; at most ${MOST_ELEMENTS} are accepted.`,
      path,
    );
}

/** A list of texts. */
export function repeatedStrings(): Field<readonly string[]> {
  return {
    place: 'many',
    read: (value, path) => {
      if (value === undefined || value === null) return [];
      if (!Array.isArray(value)) throw invalid(path, value);
      checkCount(value, path);
      if (!value.every((item) => typeof item === 'string')) throw invalid(path, value);
      return value;
    },
  };
}

/** A list of messages; sentences name an element's field as `metrics[0].key`. */
export function repeated<I>(element: Message<I>): Field<readonly I[]> {
  return {
    place: 'many',
    read: (value, path) => {
      if (value === undefined || value === null) return [];
      if (!Array.isArray(value)) throw invalid(path, value);
      checkCount(value, path);
      return value.map((item: JsonValue, index) => {
        if (!isObject(item)) throw invalid(`${path}[${index}]`, item);
        return element.read(item, `${path}[${index}].`);
      });
    },
  };
}

/** One message inside another. */
export function nested<I>(inner: Message<I>): Field<I | undefined> {
  return {
    place: 'one',
    read: (value, path) => {
      if (value === undefined || value === null) return undefined;
      if (!isObject(value)) throw invalid(path, value);
      return inner.read(value, `${path}.`);
    },
  };
}

/** Must be given and not empty. MLflow: an empty list counts as given. */
export function required<T>(
  field: Field<T>,
  emptyText: 'missing' | 'invalid' = 'invalid',
): Field<Exclude<T, undefined>> {
  return {
    ...field,
    required: true,
    read: (value, path) => {
      if (value === undefined || value === null) throw missing(path);
      // MLflow: an empty text is missing, but of the wrong type where the type is checked first.
      if (value === '' && emptyText === 'missing') throw missing(path);
      const result = field.read(value, path);
      if (result === '') throw missing(path);
      if (result === undefined) throw invalid(path, value);
      return result as Exclude<T, undefined>;
    },
  };
}

/** Names, ids, keys and places: far beyond any of them, so that none is looked up, or said again, at any length. */
const LONGEST_NAME = 100_000;

/** A required text that names something, the commonest field. */
export function requiredString(): Field<string> {
  const field = required(string());
  return {
    ...field,
    read: (value, path) => {
      const text = field.read(value, path);
      if (text.length > LONGEST_NAME)
        throw invalidArgument(`'${path}' exceeds the maximum length of ${LONGEST_NAME} characters`, path);
      return text;
    },
  };
}

/** The run's id, required; MLflow's first clients call it `run_uuid`. */
export function requiredRunId(): Field<string> {
  return { ...requiredString(), otherName: 'run_uuid' };
}

/** What an unset field is read as. */
export function withDefault<T>(field: Field<T | undefined>, value: T): Field<T> {
  return { ...field, read: (given, path) => field.read(given, path) ?? value };
}

/** Refuses greater numbers with the sentence for a wrong type, as MLflow does for `max_results`. */
export function atMost<T extends Int64 | undefined>(field: Field<T>, greatest: number): Field<T> {
  return {
    ...field,
    read: (value, path) => {
      const number = field.read(value, path);
      if (number !== undefined && value !== undefined && number > greatest) throw invalid(path, value);
      return number;
    },
  };
}

/** A part of the URL's path. When the body has it as well, the two must agree. */
export function pathParameter(): Field<string> {
  return { ...required(string()), place: 'path' };
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
