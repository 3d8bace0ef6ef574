import { invalidArgument } from './errors.ts';

/** What S3 takes. */
const PARTS_LIMIT = 10_000;

/** @throws `invalid_argument`. */
export function checkPartCount(count: number): void {
  if (!isPartNumber(count)) throw invalidArgument(`An upload has 1 to ${PARTS_LIMIT} parts.`, 'num_parts');
}

/** In any order, each number once, and one at least. @throws `invalid_argument`. */
export function checkParts(parts: readonly { readonly partNumber: number }[]): void {
  const numbers = new Set(parts.map(({ partNumber }) => partNumber));
  if (
    parts.length === 0 ||
    numbers.size !== parts.length ||
    !parts.every((part) => isPartNumber(part.partNumber))
  )
    throw invalidArgument(`Parts are numbered from 1 to ${PARTS_LIMIT}, each once.`, 'parts');
}

function isPartNumber(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= PARTS_LIMIT;
}
