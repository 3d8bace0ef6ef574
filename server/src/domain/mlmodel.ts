/**
 * What we want to know of MLflow's `MLmodel` file: the names under `flavors:`. It is YAML that MLflow writes
 * itself in block style, so the keys of that block are lines with the block's indentation; no parser is needed.
 */
export function parseFlavors(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => /^flavors:\s*$/.test(line));
  if (start < 0) return [];
  const flavors: string[] = [];
  let indent = '';
  for (const line of lines.slice(start + 1)) {
    const match = /^( +)(['"]?)([A-Za-z0-9_.-]+)\2:/.exec(line);
    if (/^\S/.test(line)) break;
    if (match === null) continue;
    indent ||= match[1] ?? '';
    if (match[1] === indent) flavors.push(match[3] ?? '');
  }
  return flavors;
}

/** The framework that a model's flavors name: the one that is not the generic `python_function`. */
export function frameworkOf(flavors: readonly string[]): string | null {
  const own = flavors.find((flavor) => flavor !== 'python_function');
  if (own !== undefined) return own;
  return flavors.length > 0 ? 'pyfunc' : null;
}
