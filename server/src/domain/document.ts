import type { Problem } from './errors.ts';

/** One value of a JSON document, and where it stands. Reading goes on after a problem, so that all are found. */
export interface Place {
  readonly value: unknown;
  /** Something is wrong here. */
  refuse(message: string): void;
  /** A text of 1 to so many characters; '' when it is none. */
  text(longest: number): string;
  number(): number;
  whole(least: number, most: number): number;
  flag(): boolean;
  oneOf<const T extends string>(choices: readonly T[]): T;
  list<T>(read: Reader<T>, limits: { readonly min?: number; readonly max: number }): readonly T[];
  /** Of an object with fields of its own choice. */
  map<K, V>(read: (key: string, at: Place) => readonly [K, V]): ReadonlyMap<K, V>;
  /** Of an object with these fields and no others. */
  object<T extends object>(fields: { readonly [K in keyof T]-?: Field<T[K]> }): T;
}

export type Reader<T> = (at: Place) => T;

/** How a field is read; `fallback` is what its absence means, undefined: it must be there. */
export interface Field<T> {
  readonly read: Reader<T>;
  readonly fallback: T | undefined;
  /** What it is called in the document, where that is not what it is called here. */
  readonly name: string | undefined;
}

export function field<T>(read: Reader<T>, fallback?: T, name?: string): Field<T> {
  return { read, fallback, name };
}

const MANY_ENTRIES = 1_000;

/** The whole document. What is wrong in it is added to `problems`. */
export function placeOf(value: unknown, problems: Problem[], path = ''): Place {
  const refuse = (message: string): void => void problems.push({ path, message });
  const below = (key: string | number, inner: unknown): Place =>
    placeOf(inner, problems, `${path}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`);
  const entries = (): [string, unknown][] | null => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
    refuse('It must be an object.');
    return null;
  };
  const place: Place = {
    value,
    refuse,
    text(longest) {
      if (typeof value === 'string' && value !== '' && value.length <= longest && isPlain(value))
        return value;
      refuse(`It must be a text of 1 to ${longest} characters.`);
      return '';
    },
    number() {
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      refuse('It must be a number.');
      return 0;
    },
    whole(least, most) {
      if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most)
        return value;
      refuse(`It must be a whole number from ${least} to ${most}.`);
      return least;
    },
    flag() {
      if (typeof value === 'boolean') return value;
      refuse('It must be true or false.');
      return false;
    },
    oneOf<const T extends string>(choices: readonly T[]): T {
      const choice = choices.find((known) => known === value);
      if (choice === undefined)
        refuse(`It must be ${choices.length === 1 ? '' : 'one of '}${choices.join(', ')}.`);
      return choice ?? (choices[0] as T);
    },
    list(read, { min = 0, max }) {
      if (!Array.isArray(value) || value.length < min || value.length > max) {
        refuse(`It must be a list of ${min} to ${max} entries.`);
        return [];
      }
      return value.map((one, index) => read(below(index, one)));
    },
    map(read) {
      const all = entries() ?? [];
      if (all.length > MANY_ENTRIES) refuse(`It has more than ${MANY_ENTRIES} entries.`);
      return new Map(all.slice(0, MANY_ENTRIES).map(([key, one]) => read(key, below(key, one))));
    },
    object<T extends object>(fields: { readonly [K in keyof T]-?: Field<T[K]> }): T {
      const given = new Map(entries() ?? []);
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      const read = Object.entries<Field<unknown>>(fields).map(([key, one]) => {
        const name = one.name ?? key;
        const isGiven = given.has(name);
        const inner = below(name, given.get(name));
        given.delete(name);
        if (isGiven) return [key, one.read(inner)];
        if (one.fallback !== undefined) return [key, one.fallback];
        if (isObject) inner.refuse('It is missing.');
        return [key, silent(one.read)];
      });
      for (const unknown of given.keys())
        below(unknown, null).refuse(`It is not known here; there are ${namesOf(fields).join(', ')}.`);
      return Object.fromEntries(read) as T;
    },
  };
  return place;
}

/** What a reader makes of nothing: something of the right type, so that reading can go on. */
function silent<T>(read: Reader<T>): T {
  return read(placeOf(undefined, []));
}

function namesOf(fields: object): string[] {
  return Object.entries(fields as Record<string, Field<unknown>>).map(([key, { name }]) => name ?? key);
}

/** No NUL, which PostgreSQL cannot keep, and no half of a character. */
function isPlain(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
