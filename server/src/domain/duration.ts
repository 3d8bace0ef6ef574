const UNITS_MS = { W: 604_800_000, D: 86_400_000, H: 3_600_000, M: 60_000, S: 1_000 } as const;
const DURATION =
  /^P(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})S)?)?$/;
const LONGEST_MS = 3_660 * UNITS_MS.D;

/**
 * ISO 8601 in weeks, days, hours, minutes and seconds (`P14D`, `PT24H`) → milliseconds. Months and years have no fixed
 * length. Null: it is none, nothing, or longer than ten years.
 */
export function parseDuration(text: string): number | null {
  const parts = DURATION.exec(text)?.slice(1);
  if (parts === undefined || parts.every((part) => part === undefined) || text.endsWith('T')) return null;
  const ms = Object.values(UNITS_MS).reduce((sum, unit, index) => sum + Number(parts[index] ?? 0) * unit, 0);
  return ms > 0 && ms <= LONGEST_MS ? ms : null;
}
