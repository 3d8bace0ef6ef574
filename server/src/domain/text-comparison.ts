/** One key of two versions; null where the version does not have it. */
export interface TextDifference {
  readonly v1: string | null;
  readonly v2: string | null;
  readonly changed: boolean;
}

/** All keys of both by name, equal ones too. */
export function compareTexts(
  v1: ReadonlyMap<string, string>,
  v2: ReadonlyMap<string, string>,
): Map<string, TextDifference> {
  const keys = [...new Set([...v1.keys(), ...v2.keys()])].sort();
  return new Map(
    keys.map((key) => {
      const [a, b] = [v1.get(key) ?? null, v2.get(key) ?? null];
      return [key, { v1: a, v2: b, changed: a !== b }];
    }),
  );
}
