import { invalidArgument, type RegistryError } from './errors.ts';

/**
 * MLflow's rules for keys of tags, params and metrics (mlflow/utils/validation.py), with its sentences.
 */

/** MLflow: Unicode word characters, and `/ . - space :`. */
const KEY = /^[/\p{L}\p{N}_.\- :]*$/u;
const KEY_CHARACTERS =
  'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).';

/** A required parameter is absent or empty; MLflow's short form. */
export function missingParameter(path: string): RegistryError<'invalid_argument'> {
  return invalidArgument(`Missing value for required parameter '${path}'.`, path);
}

/** `Invalid value … for parameter '…' supplied`, with the value as JSON in ASCII. */
export function invalidValue(
  path: string,
  value: string,
  reason?: string,
): RegistryError<'invalid_argument'> {
  const shown = `Invalid value ${asciiJson(value)} for parameter '${path}' supplied`;
  return invalidArgument(reason === undefined ? `${shown}.` : `${shown}: ${reason}`, path);
}

/** MLflow: a name must stay the same when it is normalised as a path, and must not leave its folder. */
export function checkKey(key: string, path = 'key'): void {
  if (!KEY.test(key)) throw invalidValue(path, key, KEY_CHARACTERS);
  checkPathName(key, path);
}

/** The second half of `checkKey`, for names that may hold any characters. */
export function checkPathName(name: string, path: string): void {
  const normal = normalPath(name);
  if (normal !== name || normal === '.' || normal.startsWith('..') || normal.startsWith('/'))
    throw invalidValue(
      path,
      name,
      `Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${normal}'`,
    );
}

/** Refuses texts of more than `limit` characters (code points). `what` opens the sentence: `'key'`. */
export function checkLength(what: string, text: string, limit: number, path: string): void {
  if (isLongerThan(text, limit))
    throw invalidArgument(`'${what}' exceeds the maximum length of ${limit} characters`, path);
}

/** Whether the text has more than `limit` characters (code points). */
export function isLongerThan(text: string, limit: number): boolean {
  return text.length > limit && [...text].length > limit;
}

/** POSIX normalisation of a relative or absolute path, as Python's posixpath.normpath does it. */
function normalPath(text: string): string {
  if (text === '') return '.';
  const root = text.startsWith('//') && !text.startsWith('///') ? '//' : text.startsWith('/') ? '/' : '';
  const parts: string[] = [];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..' || (root === '' && (parts.length === 0 || parts.at(-1) === '..'))) parts.push(part);
    else parts.pop();
  }
  return root + parts.join('/') || '.';
}

/** JSON with everything beyond ASCII escaped, as Python's json.dumps writes it. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
