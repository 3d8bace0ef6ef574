/** A table of texts: what stands above, and rows as wide as that. */
export interface TextTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const NUMBER = /^-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?$/i;
const FORMULA = /^[=+\-@\t\r]/;

/** GitHub-flavoured Markdown; what means something there or in HTML is escaped, and a line break is a blank. */
export function renderMarkdownTable({ header, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |\n`;
  return `${line(header)}|${header.map(() => ' --- |').join('')}\n${rows.map(line).join('')}`;
}

/** Text of users that is to stand in Markdown as it is. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]#|~@!]/g, (character) => `\\${character}`);
}

/** RFC 4180. What a spreadsheet would take for a formula gets a ' in front, unless it is a number. */
export function renderCsv({ header, rows }: TextTable): string {
  return [header, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Text of users for a terminal: what would move its cursor, or hide, is a blank. */
export function plainText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** Columns of one width, for a terminal. */
export function renderPlainTable({ header, rows }: TextTable): string[] {
  const all = [header, ...rows].map((cells) => cells.map(plainText));
  const widths = header.map((_, column) =>
    Math.max(...all.map((cells) => [...(cells[column] ?? '')].length)),
  );
  const pad = (cell: string, width: number) => cell + ' '.repeat(Math.max(0, width - [...cell].length));
  return all.map((cells) =>
    cells
      .map((cell, column) => pad(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
