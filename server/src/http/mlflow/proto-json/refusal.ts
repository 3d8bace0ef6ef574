import { invalidArgument, type RegistryError } from '../../../domain/errors.ts';
import { asciiJson } from '../../../domain/key-rules.ts';
import type { JsonObject, JsonValue } from '../../plugins/strict-json.ts';

// MLflow: its sentences for parameters end so, and clients match on the whole.
export const SEE_DOCS = 'See the API docs for more information about request parameters.';
const SHOWN_LENGTH = 1000;

/** A required parameter is absent, null or empty. */
export function missing(path: string): RegistryError<'invalid_argument'> {
  return invalidArgument(`Missing value for required parameter '${path}'. ${SEE_DOCS}`, path);
}

/** The value has another type than the parameter, or is out of its range; both have one sentence in MLflow. */
export function invalid(path: string, value: JsonValue): RegistryError<'invalid_argument'> {
  const hint = `Hint: Value was of type '${pythonType(value)}'.`;
  return invalidArgument(
    `Invalid value ${shown(value)} for parameter '${path}' supplied:  ${hint} ${SEE_DOCS}`,
    path,
  );
}

function pythonType(value: JsonValue): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      // Greater integers arrive as bigints; what is left was written with a point or an exponent.
      return Number.isSafeInteger(value) ? 'int' : 'float';
    default:
      return 'dict';
  }
}

/** As Python's `json.dumps(value, sort_keys=True, separators=(",", ":"))`; long ones only in their beginning. */
function shown(value: JsonValue): string {
  const text = pythonJson(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

function pythonJson(value: JsonValue): string {
  if (typeof value === 'string') return asciiJson(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(',')}]`;
  const members = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, item]) => `${asciiJson(key)}:${pythonJson(item)}`).join(',')}}`;
}
