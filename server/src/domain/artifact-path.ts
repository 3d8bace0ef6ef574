import { invalidArgument, type RegistryError } from './errors.ts';

declare const parsed: unique symbol;

/**
 * A logical path of a file or folder below the artifact root: one segment at least, canonical, in NFC, free
 * of everything that a file system, an object store or a URL could read as something else. Only the functions
 * of this file make one; the text that it came from is never used again.
 */
export interface ArtifactPath {
  readonly segments: readonly string[];
  /** The segments joined by `/`. */
  readonly text: string;
  readonly [parsed]: true;
}

/** Paths are keys in our tables, and later in S3, which takes 1,024 bytes with the prefix. */
const PATH_BYTES_LIMIT = 1_000;
const SEGMENT_BYTES_LIMIT = 255;
const SEGMENTS_LIMIT = 100;
const DECODING_ROUNDS_LIMIT = 10;

/** Control, bidi, zero-width and other invisible format characters, line separators, lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
/** `c:x`, `::x`, `file:x`, `s3:/x`, `s3:`; a name such as `run:v1` is only a name. */
const DRIVE_OR_SCHEME = /^(?:[a-z]?:|file:|[a-z][a-z0-9+.-]*:(?:\/|$))/i;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const NOT_ASCII = /[^\x20-\x7e]/;

/**
 * Parses a path that has been percent-decoded once. `a/./b`, `./a`, `a//b` and `a/` are spellings of one path;
 * so are NFC and NFD. A name that would become a separator, a parent, NUL, a backslash, a drive or a scheme
 * when it is decoded further is refused; any other `%` is a literal one.
 *
 * @throws `invalid_argument` with MLflow's sentence `Invalid path`; when `field` names where the path came
 * from, the sentence goes on with the reason.
 */
export function parseArtifactPath(text: string, field?: string): ArtifactPath {
  if (text.length > PATH_BYTES_LIMIT) throw refusal(`it may have ${PATH_BYTES_LIMIT} bytes at most`, field);
  const normal = text.normalize('NFC');
  const segments = normal.split('/').filter((segment) => segment !== '' && segment !== '.');
  // `./c:x` is another spelling of `c:x`: both what came and what it becomes must be free of it.
  const problem = findTextProblem(normal) ?? findTextProblem(segments.join('/'));
  if (problem !== null) throw refusal(problem, field);
  return fromSegments(segments, field);
}

/**
 * Parses the tail of a request target as it was sent, without the query. Decodes it once, strictly: a stray
 * `%`, `%u002e`, bytes that are not UTF-8 and overlong forms are refused.
 *
 * @throws as `parseArtifactPath`.
 */
export function parseRequestPath(rawTail: string, field?: string): ArtifactPath {
  if (NOT_ASCII.test(rawTail) || BAD_ESCAPE.test(rawTail))
    throw refusal('it must be percent-encoded UTF-8', field);
  let decoded: string;
  try {
    decoded = decodeURIComponent(rawTail);
  } catch {
    throw refusal('it must be percent-encoded UTF-8', field);
  }
  return parseArtifactPath(decoded, field);
}

/** `inner` below `outer`. @throws `invalid_argument` when the whole is too long or too deep. */
export function joinArtifactPaths(outer: ArtifactPath, inner: ArtifactPath): ArtifactPath {
  return fromSegments([...outer.segments, ...inner.segments]);
}

/** The folder that holds the path, or null when that is the root. */
export function parentArtifactPath(path: ArtifactPath): ArtifactPath | null {
  return path.segments.length > 1 ? fromSegments(path.segments.slice(0, -1)) : null;
}

/** The last segment. */
export function artifactName(path: ArtifactPath): string {
  return path.segments.at(-1) ?? '';
}

/** Whether `inner` is `outer` or lies below it, segment by segment. */
export function containsArtifactPath(outer: ArtifactPath, inner: ArtifactPath): boolean {
  return inner.text === outer.text || inner.text.startsWith(`${outer.text}/`);
}

/** What follows `outer` in `inner`: '' for itself, null when it does not lie below. */
export function relativeArtifactPath(outer: ArtifactPath, inner: ArtifactPath): string | null {
  return containsArtifactPath(outer, inner) ? inner.text.slice(outer.text.length + 1) : null;
}

/** Whether the text has characters that a reader cannot see, or that change how the rest is read. */
export function hasInvisibleCharacters(text: string): boolean {
  return INVISIBLE.test(text);
}

/**
 * The text and all that it becomes when its ASCII escapes are decoded again and again, the last one stable;
 * null when it takes more rounds than any honest text. Escapes of other characters can never bring up
 * anything that has a meaning in a path.
 */
export function decodingRounds(text: string): readonly string[] | null {
  const rounds = [text];
  for (let current = text; rounds.length <= DECODING_ROUNDS_LIMIT; rounds.push(current)) {
    const next = current.replace(/%([0-7][0-9A-Fa-f])/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (next === current) return rounds;
    current = next;
  }
  return null;
}

function findTextProblem(text: string): string | null {
  if (INVISIBLE.test(text)) return 'control and invisible characters are not accepted';
  if (text.startsWith('/')) return 'it must be relative';
  if (text.includes('\\')) return 'the separator is "/"';
  // MLflow: refused, although it is no more than a character once decoded.
  if (text.includes('#')) return '"#" is not accepted';
  if (DRIVE_OR_SCHEME.test(text)) return 'it must not begin with a drive or a scheme';
  for (const segment of text.split('/')) {
    if (segment === '..') return 'a segment may not be ".."';
    if (segment !== '' && segment.trim() === '') return 'a segment may not be blank';
  }
  return findHiddenProblem(text);
}

function findHiddenProblem(text: string): string | null {
  if (!text.includes('%')) return null;
  const hidden = 'it hides another path behind percent-encoding';
  const whole = decodingRounds(text);
  if (whole === null || whole.some((round) => DRIVE_OR_SCHEME.test(round))) return hidden;
  for (const segment of text.split('/')) {
    const rounds = decodingRounds(segment) ?? [];
    const isHidden = (round: string): boolean => /[/\\\0]/.test(round) || /^\.\.?$/.test(round);
    if (segment !== '.' && rounds.some(isHidden)) return hidden;
  }
  return null;
}

function fromSegments(segments: readonly string[], field?: string): ArtifactPath {
  const text = segments.join('/');
  if (text === '') throw refusal('it is empty', field);
  if (segments.length > SEGMENTS_LIMIT)
    throw refusal(`it may have ${SEGMENTS_LIMIT} segments at most`, field);
  if (byteLength(text) > PATH_BYTES_LIMIT)
    throw refusal(`it may have ${PATH_BYTES_LIMIT} bytes at most`, field);
  if (segments.some((segment) => byteLength(segment) > SEGMENT_BYTES_LIMIT))
    throw refusal(`a segment may have ${SEGMENT_BYTES_LIMIT} bytes at most`, field);
  return Object.freeze({ segments: Object.freeze([...segments]), text }) as ArtifactPath;
}

function byteLength(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const codePoint = char.codePointAt(0) ?? 0;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}

function refusal(reason: string, field: string | undefined): RegistryError<'invalid_argument'> {
  return field === undefined
    ? invalidArgument('Invalid path')
    : invalidArgument(`Invalid path: ${reason}.`, field);
}
