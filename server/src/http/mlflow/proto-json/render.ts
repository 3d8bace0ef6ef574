/** ES2025, which TypeScript's library does not know yet. */
declare global {
  interface JSON {
    rawJSON(text: string): object;
  }
}

/**
 * A response message (snake_case keys) → protobuf's JSON with MLflow's changes: 64-bit integers are numbers,
 * exact at any size; NaN and the infinities are the texts "NaN", "Infinity", "-Infinity"; members that are
 * `undefined` or `null` are unset and left out.
 */
export function renderProtoJson(message: object): string {
  let text: string;
  try {
    text = JSON.stringify(message);
  } catch (error) {
    // A bigint is what JSON.stringify refuses; anything else fails again below.
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(message, exact);
  }
  // NaN, the infinities and null all come out as null, which no message holds otherwise.
  return text.includes('null') ? JSON.stringify(message, exact) : text;
}

function exact(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return JSON.rawJSON(value.toString());
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value === null ? undefined : value;
}
