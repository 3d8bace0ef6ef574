import {
  type ArtifactPath,
  decodingRounds,
  hasInvisibleCharacters,
  parseArtifactPath,
} from './artifact-path.ts';
import { invalidArgument, type RegistryError } from './errors.ts';
import { checkLength } from './key-rules.ts';
import { type MlflowStage, parseMlflowStage } from './stage.ts';

/** `models:/name/7`, `models:/name/Production`, `models:/name/latest`, `models:/name@alias`. */
export interface RegisteredModelSource {
  readonly kind: 'registered_model';
  readonly name: string;
  readonly selector:
    | { readonly by: 'version'; readonly version: number }
    | { readonly by: 'stage'; readonly stage: MlflowStage }
    | { readonly by: 'alias'; readonly alias: string }
    | { readonly by: 'latest' };
}

/** `runs:/<run id>/<path>`; `path` is '' for the whole folder, else the text of an `ArtifactPath`. */
export interface RunSource {
  readonly kind: 'run';
  readonly runId: string;
  readonly path: string;
}

/**
 * The source of a model version, read once. `proxied` lies below our artifact root; `local` is a path of some
 * machine and is never opened; `remote` is kept as a pointer and never followed.
 */
export type VersionSource =
  | RegisteredModelSource
  | RunSource
  | { readonly kind: 'logged_model'; readonly modelId: string }
  | { readonly kind: 'proxied'; readonly path: ArtifactPath }
  | { readonly kind: 'local' }
  | { readonly kind: 'remote'; readonly scheme: string };

/** Which run or logged model the sender says the source belongs to; '' counts as absent. */
interface Claim {
  readonly source: string;
  readonly runId: string | undefined;
  readonly modelId: string | undefined;
}

interface UriParts {
  /** Lower case; '' for a plain path. */
  readonly scheme: string;
  /** Null when there is no `//`. */
  readonly authority: string | null;
  /** Up to `?` or `#`. */
  readonly path: string;
  /** From `?` or `#` on. */
  readonly tail: string;
}

const SOURCE_LIMIT = 500;
/** MLflow: what its client and its store write as the source of a prompt's version. */
const PROMPT_PLACEHOLDERS: ReadonlySet<string> = new Set(['dummy-source', 'prompt-template']);
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
/** What a browser would run or show as a page when a reader clicks on it. */
const ACTIVE_SCHEMES: ReadonlySet<string> = new Set([
  ...['javascript', 'vbscript', 'livescript', 'data', 'blob', 'about', 'view-source', 'jar', 'filesystem'],
]);
const ID = /^[A-Za-z0-9][\w-]{0,255}$/;
const STRAY_PERCENT = /%(?![0-9A-Fa-f]{2})/;
const CANONICAL_NUMBER = /^[1-9][0-9]{0,9}$/;
const GREATEST_VERSION = 2_147_483_647;

/**
 * Reads a `source` by its text alone; whether the claimed run or logged model contains it is asked elsewhere.
 * The rules and sentences are those of MLflow 3.17 (`_validate_source_*` in mlflow/server/handlers.py), with
 * these differences: nothing is resolved against a file system of this machine; credentials, active schemes
 * and invisible characters are refused; a URI that names a host is a pointer that nobody here follows.
 * @throws `invalid_argument`.
 */
export function parseVersionSource(text: string, claim: Omit<Claim, 'source'>): VersionSource {
  const asked = { ...claim, source: text };
  checkLength('source', text, SOURCE_LIMIT, 'source');
  const parts = splitUri(text);
  if (parts.scheme === '' || parts.scheme === 'file' || parts.scheme.length === 1)
    return parseLocal(asked, parts);
  if (parts.scheme === 'models') {
    const source = parseModels(asked, parts);
    checkNonLocal(text, parts);
    return source;
  }
  checkNonLocal(text, parts);
  const owner = asked.modelId ? 'model_id' : 'run_id';
  if (parts.scheme === 'runs') return parseRun(parts) ?? refuse(notContained(asked, owner));
  if (parts.scheme === 'mlflow-artifacts') return parseProxied(text, parts);
  // MLflow: a way around the check of `mlflow-artifacts:/…`; no run of ours keeps its files so.
  if (isProxyRoute(parts)) throw notContained(asked, owner);
  return { kind: 'remote', scheme: parts.scheme };
}

/** MLflow: the source of a prompt's version is one of two words. @throws `invalid_argument`. */
export function checkPromptSource(text: string): void {
  if (!PROMPT_PLACEHOLDERS.has(text))
    throw invalidArgument(
      `Invalid prompt source: '${text}'. Prompt sources must use an MLflow placeholder.`,
      'source',
    );
}

/**
 * The rule for `run_link`, which readers may click on. Any text but one with credentials, invisible
 * characters or a scheme that a browser would run. @throws `invalid_argument`.
 */
export function checkRunLink(text: string): void {
  checkLength('run_link', text, SOURCE_LIMIT, 'run_link');
  const bare = text.trim();
  const readings = decodingRounds(bare) ?? [bare];
  const isActive = readings.some((reading) => ACTIVE_SCHEMES.has(splitUri(reading.trim()).scheme));
  if (isActive || hasInvisibleCharacters(text) || hasCredentials(splitUri(bare)))
    throw invalidArgument(
      `Invalid run link '${text}': it must be an ordinary link without credentials.`,
      'run_link',
    );
}

/**
 * The logical path of a stored `mlflow-artifacts:/…` URI of a run, logged model or version, or null when it is
 * any other location or not a path that we serve. Never throws.
 */
export function parseProxiedUri(uri: string): ArtifactPath | null {
  const parts = splitUri(uri);
  return parts.scheme === 'mlflow-artifacts' ? proxiedPath(parts) : null;
}

/** The parts of a stored `runs:/…` URI, or null when it is any other location or malformed. Never throws. */
export function parseRunUri(uri: string): RunSource | null {
  const parts = splitUri(uri);
  return parts.scheme === 'runs' ? parseRun(parts) : null;
}

/** Whether a local source lies in a local folder, or is it, by their text alone. Relative ones never do. */
export function isLocalPathWithin(folder: string, source: string): boolean {
  const outer = localSegments(folder);
  const inner = localSegments(source);
  if (outer === null || inner === null || outer.length === 0) return false;
  return outer.every((segment, index) => inner[index] === segment);
}

/** MLflow: the claimed run or logged model is absent or does not contain the source. */
export function notContained(
  claim: Claim,
  parameter: 'run_id' | 'model_id',
): RegistryError<'invalid_argument'> {
  const why = `The ${parameter} request parameter must identify the resource that contains the source.`;
  return invalidArgument(`Invalid model version source: '${claim.source}'. ${why}`, parameter);
}

/** MLflow: a local source that does not lie in the folder of the claimed run or logged model. */
export function notInLocalFolder(claim: Claim): RegistryError<'invalid_argument'> {
  const parameter = claim.modelId ? 'model_id' : 'run_id';
  return refusal(
    claim.source,
    `To use a local path as a model version source, the ${parameter} request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the ${parameter}.`,
  );
}

function splitUri(text: string): UriParts {
  const scheme = SCHEME.exec(text)?.[1] ?? '';
  const rest = scheme === '' ? text : text.slice(scheme.length + 1);
  const mark = rest.search(/[?#]/);
  const before = mark === -1 ? rest : rest.slice(0, mark);
  const tail = mark === -1 ? '' : rest.slice(mark);
  if (!before.startsWith('//')) return { scheme: scheme.toLowerCase(), authority: null, path: before, tail };
  const slash = before.indexOf('/', 2);
  const authority = slash === -1 ? before.slice(2) : before.slice(2, slash);
  return { scheme: scheme.toLowerCase(), authority, path: slash === -1 ? '' : before.slice(slash), tail };
}

function parseLocal(claim: Claim, { scheme, authority }: UriParts): VersionSource {
  if (scheme === 'file' && authority && !/^(?:\.$|localhost|127\.0\.0\.1)/i.test(authority))
    throw invalidArgument(
      `${claim.source} is not a valid remote uri. For remote access on windows, please consider using a different scheme such as SMB (e.g. smb://<hostname>/<path>).`,
      'source',
    );
  if (localSegments(claim.source) === null) throw notInLocalFolder(claim);
  return { kind: 'local' };
}

/** The segments of an absolute local path or `file:` URI, decoded; null for anything else. */
function localSegments(text: string): readonly string[] | null {
  const { scheme, authority, path, tail } = splitUri(text);
  // A plain path may hold `?` and `#`.
  const raw = scheme === '' ? text : scheme === 'file' && !authority && tail === '' ? path : '';
  const rounds = decodingRounds(raw);
  const decoded = rounds?.at(-1) ?? '';
  if (!decoded.startsWith('/') || decoded.startsWith('//') || decoded.includes('\\')) return null;
  if (hasInvisibleCharacters(decoded) || decoded.split('/').includes('..')) return null;
  return decoded.split('/').filter((segment) => segment !== '' && segment !== '.');
}

function checkNonLocal(text: string, parts: UriParts): void {
  const readings = decodingRounds(text);
  const isUnreadable = ACTIVE_SCHEMES.has(parts.scheme) || hasInvisibleCharacters(text);
  if (isUnreadable || readings === null || !readings.every(isAbsoluteWithoutRelatives))
    throw relativeReference(text);
  if (hasCredentials(parts))
    throw refusal(text, 'It must not carry credentials, which every reader of the version would see.');
}

/** MLflow: the path with its slashes collapsed must be the same as when it is resolved, and not be empty. */
function isAbsoluteWithoutRelatives(reading: string): boolean {
  const { path } = splitUri(reading);
  // Beyond MLflow: also between the marks that some reader takes for separators.
  if (reading.includes('\\') || reading.includes('\0')) return false;
  if (reading.split(/[/?#;&=]/).includes('..')) return false;
  return path.startsWith('/') && !path.split('/').includes('.') && /[^/]/.test(path);
}

/** A password before `@`, or anything at all before it where only a user can stand there. */
function hasCredentials({ scheme, authority }: UriParts): boolean {
  const decoded = decodingRounds(authority ?? '')?.at(-1) ?? ':@';
  const at = decoded.lastIndexOf('@');
  if (at === -1) return false;
  return scheme === 'http' || scheme === 'https' || decoded.slice(0, at).includes(':');
}

function parseRun({ authority, path, tail }: UriParts): RunSource | null {
  if (authority || tail !== '' || !path.startsWith('/')) return null;
  const [runId = '', ...segments] = path.replace(/^\/+/, '').split('/');
  if (!ID.test(runId)) return null;
  const rest = segments.filter((segment) => segment !== '').join('/');
  if (rest === '') return { kind: 'run', runId, path: '' };
  try {
    return { kind: 'run', runId, path: parseArtifactPath(rest).text };
  } catch {
    return null;
  }
}

function parseModels(claim: Claim, { authority, path, tail }: UriParts): VersionSource {
  if (authority) throw refusal(claim.source, 'Registered model sources must use the active model registry.');
  const [first = '', suffix, ...more] = path.replace(/^\/+/, '').split('/');
  const improper = notContained(claim, 'model_id');
  if (!path.startsWith('/') || first.trim() === '' || more.length > 0 || tail !== '') throw improper;
  if (suffix !== undefined)
    return { kind: 'registered_model', name: first, selector: selectorOf(claim, suffix) };
  const at = first.lastIndexOf('@');
  if (at === -1) return ID.test(first) ? { kind: 'logged_model', modelId: first } : refuse(improper);
  const [name, alias] = [first.slice(0, at), first.slice(at + 1)];
  if (name.trim() === '' || alias.trim() === '') throw improper;
  return { kind: 'registered_model', name, selector: { by: 'alias', alias } };
}

function selectorOf(claim: Claim, suffix: string): RegisteredModelSource['selector'] {
  if (suffix.trim() === '') throw notContained(claim, 'model_id');
  if (suffix.toLowerCase() === 'latest') return { by: 'latest' };
  if (!/^[0-9]+$/.test(suffix)) return { by: 'stage', stage: parseMlflowStage(suffix) };
  const version = CANONICAL_NUMBER.test(suffix) ? Number(suffix) : Number.NaN;
  if (!(version <= GREATEST_VERSION)) throw notContained(claim, 'model_id');
  return { by: 'version', version };
}

function parseProxied(text: string, parts: UriParts): VersionSource {
  if (parts.authority)
    throw invalidArgument(
      `'source' cannot use the 'mlflow-artifacts' scheme: the 'mlflow-artifacts' scheme addresses a host other than the tracking server's configured artifact storage, so the server would connect to the host named in the URI.`,
      'source',
    );
  return { kind: 'proxied', path: proxiedPath(parts) ?? refuse(relativeReference(text)) };
}

/**
 * MLflow's client sends the path as part of a URL, so it is decoded once, unless it has a `%` that begins no
 * escape, which makes the client encode every `%`.
 */
function proxiedPath({ authority, path, tail }: UriParts): ArtifactPath | null {
  if (authority || tail !== '') return null;
  const relative = path.replace(/^\/+/, '');
  try {
    return parseArtifactPath(STRAY_PERCENT.test(relative) ? relative : decodeURIComponent(relative));
  } catch {
    return null;
  }
}

/** Whether an `http` URI leads to the artifact proxy of some MLflow server. */
function isProxyRoute({ scheme, path }: UriParts): boolean {
  if (scheme !== 'http' && scheme !== 'https') return false;
  const decoded = decodingRounds(path)?.at(-1) ?? path;
  return `${decoded.replace(/\/+/g, '/')}/`.includes('/2.0/mlflow-artifacts/artifacts/');
}

function relativeReference(source: string): RegistryError<'invalid_argument'> {
  return refusal(
    source,
    'If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.',
  );
}

function refusal(source: string, why: string): RegistryError<'invalid_argument'> {
  return invalidArgument(`Invalid model version source: '${source}'. ${why}`, 'source');
}

function refuse(error: RegistryError): never {
  throw error;
}
