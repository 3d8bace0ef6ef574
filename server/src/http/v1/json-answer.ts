/** ES2025, which TypeScript's library does not know yet. */
declare global {
  interface JSON {
    rawJSON(text: string): object;
  }
}

/** An answer → JSON. 64-bit integers are numbers at any size; NaN and the infinities are texts, as JSON has none. */
export function renderJson(answer: unknown): string {
  return JSON.stringify(answer, (_key, value: unknown) => {
    if (typeof value === 'bigint') return JSON.rawJSON(value.toString());
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    return value;
  });
}

/** An object whose keys are the caller's; any key is a plain entry. */
export function toRecord<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  return Object.fromEntries(entries);
}
