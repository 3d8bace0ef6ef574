/** Values that no field wants, by name; each is tried in the place of every field. */
export const HOSTILE_VALUES: readonly (readonly [name: string, value: unknown])[] = [
  ['null', null],
  ['an empty text', ''],
  ['a blank', ' '],
  ['a number', 5],
  ['a negative number', -1],
  ['a fraction', 1.5],
  ['beyond 2^53', 9007199254740993n],
  ['beyond int64', 10n ** 30n],
  ['beyond double', 'LITERAL:1e999'],
  ['true', true],
  ['an empty object', {}],
  ['an object', { key: 'x', __proto__x: 1 }],
  ['an empty list', []],
  ['a list of nulls', [null]],
  ['a list of lists', [[[]]]],
  ['a list of numbers', [1, 2]],
  ['a list of texts', ['x', 'x']],
  ['a list of objects', [{}, { key: null, value: {} }]],
  ['a long text', 'x'.repeat(1_000_000)],
  ['many items', Array.from({ length: 5000 }, (_, i) => `k${i}`)],
  ['NUL', 'a\0b'],
  ['a control character', 'a\u0001b'],
  ['a lone surrogate', 'LITERAL:"\\ud800"'],
  ['quotes and SQL', `'; drop table runs; --`],
  ['percent signs', '%s%n%00%2e%2e%2f'],
  ['a parent path', '../../../../etc/passwd'],
  ['a file URI', 'file:///etc/passwd'],
  ['an inner name', '__proto__'],
  ['another inner name', 'constructor'],
  ['NaN as text', 'NaN'],
  ['a template', '{{7*7}}<%= 7*7 %>'],
  ['right to left', '\u202egnp.exe'],
  ['an emoji', '🐔'],
  ['a filter', "name = 'a' and (((("],
  ['a JSON text', '{"a":'],
];

/** JSON in which a field holds the value, also values that JSON.stringify does not write. */
export function hostileJson(body: Record<string, unknown>): string {
  const text = JSON.stringify(body, (_key, value: unknown) =>
    typeof value === 'bigint' ? `LITERAL:${value}` : value,
  );
  return text.replace(
    /"LITERAL:((?:[^"\\]|\\.)*)"/g,
    (_all, literal: string) => JSON.parse(`"${literal}"`) as string,
  );
}

/** Words that no answer may hold: they come from inside. */
export const LEAKS =
  /node_modules|\.ts:\d|at \w+ \(|SQLITE|sqlite3?_|syntax error at or near|\/tmp\/|select .* from /i;
