import { RegistryError } from '../../domain/errors.ts';

/** Both ends inclusive, in bytes. */
export interface RequestedRange {
  readonly first: number;
  readonly last: number;
}

const SINGLE_RANGE = /^bytes=[ \t]*([0-9]{0,16})-([0-9]{0,16})[ \t]*$/i;

/**
 * The range that a Range header asks for of a representation of `sizeBytes` (RFC 9110, section 14.2); null: the
 * whole. Several ranges, other units and malformed headers are ignored, as the RFC allows.
 * @throws `range_not_satisfiable`.
 */
export function parseRange(header: string | undefined, sizeBytes: number): RequestedRange | null {
  const [, firstText, lastText] = SINGLE_RANGE.exec(header ?? '') ?? [];
  if (firstText === undefined || lastText === undefined || (firstText === '' && lastText === '')) return null;
  if (firstText === '') return suffix(Number(lastText), sizeBytes);
  const first = Number(firstText);
  const last = lastText === '' ? Number.POSITIVE_INFINITY : Number(lastText);
  if (last < first) return null;
  if (first >= sizeBytes) throw new RegistryError('range_not_satisfiable', { sizeBytes });
  return { first, last: Math.min(last, sizeBytes - 1) };
}

/** The last bytes; asking for more than there are is asking for all. */
function suffix(length: number, sizeBytes: number): RequestedRange {
  if (length === 0 || sizeBytes === 0) throw new RegistryError('range_not_satisfiable', { sizeBytes });
  return { first: Math.max(0, sizeBytes - length), last: sizeBytes - 1 };
}
