import { asciiJson } from './key-rules.ts';

/**
 * A parsed JSON value as Python's `json.dumps` writes it: ASCII only, `", "` and `": "` between. MLflow's own
 * tags hold JSON in this form. Values nest no deeper than a request may.
 */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, entry]) => `${asciiJson(key)}: ${pythonJson(entry)}`);
    return `{${entries.join(', ')}}`;
  }
  return asciiJson(value);
}
