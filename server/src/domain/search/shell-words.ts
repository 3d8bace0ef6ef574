/**
 * Splits a text as a POSIX shell does: white space separates, single quotes keep all, double quotes let a
 * backslash escape `"` and `\`. MLflow reads order clauses so. Null when a quote or an escape is left open.
 */
export function splitShellWords(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (' \t\r\n'.includes(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (char === '\\') {
      at += 1;
      if (at >= text.length) return null;
      word = (word ?? '') + text.charAt(at);
    } else if (char === "'" || char === '"') {
      const quoted = readQuoted(text, at);
      if (quoted === null) return null;
      word = (word ?? '') + quoted.content;
      at = quoted.end;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (word !== null) words.push(word);
  return words;
}

/** What the quotes at `at` hold, and where they close. */
function readQuoted(text: string, at: number): { content: string; end: number } | null {
  const quote = text.charAt(at);
  let content = '';
  for (let i = at + 1; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (char === quote) return { content, end: i };
    const next = text.charAt(i + 1);
    if (quote === '"' && char === '\\' && (next === '"' || next === '\\')) {
      content += next;
      i += 1;
    } else {
      content += char;
    }
  }
  return null;
}
