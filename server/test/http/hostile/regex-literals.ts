/** A regular expression as it stands in a source. */
export interface RegexLiteral {
  readonly line: number;
  readonly source: string;
  readonly flags: string;
}

/** What may stand before a slash that begins a regular expression, and not before one that divides. */
const BEFORE = new Set(['', '(', ',', '=', ':', '[', '!', '&', '|', '?', '{', '}', ';', '>', '+', '\n']);

/** The regular expressions of a TypeScript source in our style: not behind `return` without a parenthesis, say. */
export function regexLiterals(text: string): RegexLiteral[] {
  const found: RegexLiteral[] = [];
  const templates: number[] = [];
  let depth = 0;
  let before = '';
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (text.startsWith('//', at)) at = endOf(text, '\n', at);
    else if (text.startsWith('/*', at)) at = endOf(text, '*/', at + 2) + 2;
    else if (
      char === '/' &&
      (BEFORE.has(before) || /\breturn\s*$/.test(text.slice(Math.max(0, at - 10), at)))
    ) {
      const { end, source, flags } = literalAt(text, at);
      found.push({ line: text.slice(0, at).split('\n').length, source, flags });
      at = end;
      before = 'x';
    } else if (char === "'" || char === '"') {
      at = quotedEnd(text, at);
      before = 'x';
    } else if (char === '`' || (char === '}' && templates.at(-1) === depth)) {
      if (char === '}') templates.pop();
      const end = templateEnd(text, at + 1);
      if (text[end - 1] === '{') templates.push(depth);
      before = text[end - 1] === '{' ? '{' : 'x';
      at = end;
    } else {
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
      if (!/\s/.test(char)) before = char;
      at += 1;
    }
  }
  return found;
}

function endOf(text: string, what: string, from: number): number {
  const end = text.indexOf(what, from);
  return end < 0 ? text.length : end;
}

function quotedEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== text[start]) at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Behind the backtick that ends the template, or behind the brace that begins an expression in it. */
function templateEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && text[at] !== '`' && !text.startsWith('${', at)) at += text[at] === '\\' ? 2 : 1;
  return text[at] === '`' ? at + 1 : at + 2;
}

function literalAt(text: string, start: number): { end: number; source: string; flags: string } {
  let at = start + 1;
  for (let inClass = false; at < text.length && (inClass || text[at] !== '/'); at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '[') inClass = true;
    else if (text[at] === ']') inClass = false;
  }
  const flags = /^[a-z]*/.exec(text.slice(at + 1, at + 10))?.[0] ?? '';
  return { end: at + 1 + flags.length, source: text.slice(start + 1, at), flags };
}
