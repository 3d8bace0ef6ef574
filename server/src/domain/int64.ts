/**
 * A 64-bit integer as it stands on the wire and in the database: a number while it is exact, a bigint
 * beyond 2^53. MLflow does not range-check timestamps and steps, so both occur.
 */
export type Int64 = number | bigint;

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** The exact value in its smallest form: a number when it is safe, else the bigint. */
export function toInt64(value: bigint): Int64 {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value;
}

/** Whether the value fits a signed 64-bit column. */
export function fitsInt64(value: bigint): boolean {
  return value >= MIN_INT64 && value <= MAX_INT64;
}

/** Orders two 64-bit integers; usable as a sort callback. */
export function compareInt64(a: Int64, b: Int64): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
