import { MAX_TOKENS } from './limits.ts';
import { type SqlWord, sqlWords } from './sql-words.ts';

/**
 * Cuts a filter into SQL tokens as sqlparse does, because MLflow's filters mean what sqlparse makes of them.
 * `statement` is a word like SELECT, `builtin` a type like DATE, `string` is '…', `symbol` is "…".
 */
export type TokenKind =
  | SqlWord
  | 'assignment'
  | 'command'
  | 'comment'
  | 'comparator'
  | 'error'
  | 'float'
  | 'hex'
  | 'integer'
  | 'name'
  | 'newline'
  | 'order'
  | 'placeholder'
  | 'punctuation'
  | 'space'
  | 'string'
  | 'symbol'
  | 'wildcard';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

type Scan = { readonly kind: TokenKind; readonly end: number };

/** Python's white space and word characters, which are not JavaScript's. */
const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const WORD = '[\\p{L}\\p{N}_]';
const LETTER = '[A-ZÀ-Ü]';

function sticky(source: string): RegExp {
  return new RegExp(source, 'iuy');
}

/** SQL phrases: a space stands for any white space, and no word character may follow. */
function phrase(source: string): RegExp {
  return sticky(`(?:${source.replaceAll(' ', `${SPACE}+`)})(?!${WORD})`);
}

const newline = sticky('\\r\\n|\\r|\\n');
const space = sticky(SPACE);
const lineComment = sticky('(?:--|# )[^\\r\\n]*(?:\\r\\n|\\r|\\n|$)');
const wordRun = sticky(`${WORD}+`);
const bareWord = sticky(`${WORD}[$#\\p{L}\\p{N}_]*`);
const letter = sticky(LETTER);
const memberAccess = sticky(`${SPACE}*\\.(?!\\p{Nd})`);
const alwaysKeyword = phrase('CASE|IN|VALUES|USING|FROM|AS');
const punctuation = /[;:()[\],.]/;

const wordPhrases: readonly (readonly [RegExp, TokenKind])[] = [
  [
    phrase(
      '(?:(?:LEFT |RIGHT |FULL )?(?:INNER |OUTER |STRAIGHT )?|CROSS |NATURAL )JOIN|NOT NULL|UNION ALL' +
        '|END(?: IF| LOOP| WHILE| FOR| CASE)?|IF (?:NOT )?EXISTS|(?:GROUP|ORDER) BY|PRIMARY KEY|HANDLER FOR' +
        `|GO${SPACE}\\p{Nd}+|LATERAL VIEW (?:EXPLODE|INLINE|PARSE_URL_TUPLE|POSEXPLODE|STACK)`,
    ),
    'keyword',
  ],
  [phrase('(?:ASC|DESC)(?: NULLS (?:FIRST|LAST))?|NULLS (?:FIRST|LAST)'), 'order'],
  [phrase('CREATE(?: OR REPLACE)?'), 'statement'],
  [phrase('DOUBLE PRECISION'), 'builtin'],
  [phrase('(?:NOT )?(?:LIKE|ILIKE|RLIKE|REGEXP(?: BINARY)?)'), 'comparator'],
];

const numberForms: readonly (readonly [RegExp, TokenKind])[] = [
  [sticky('-?0x[\\p{Nd}A-F]+'), 'hex'],
  [sticky('-?\\p{Nd}+(?:\\.\\p{Nd}+)?E-?\\p{Nd}+'), 'float'],
  [sticky(`-?(?:\\p{Nd}+\\.\\p{Nd}*|\\.\\p{Nd}+)(?!_|${LETTER})`), 'float'],
  [sticky(`-?\\p{Nd}+(?!_|${LETTER})`), 'integer'],
];

const symbolForms: readonly (readonly [RegExp, TokenKind])[] = [
  [sticky(':='), 'assignment'],
  [sticky('::'), 'punctuation'],
  [sticky('\\*'), 'wildcard'],
  [sticky(`\\?|%(?:\\(${WORD}+\\))?s`), 'placeholder'],
  [sticky(`\\\\${WORD}+`), 'command'],
  [sticky(`(?:@|##|#)${LETTER}${WORD}+`), 'name'],
  ...numberForms,
  [sticky('->>?|#>>?|@>|<@|-|#-'), 'operator'],
  [sticky('[<>=~!]+'), 'comparator'],
  [sticky('[+/@#%^&|-]+'), 'operator'],
];

const afterWord = sticky(`(?<=${WORD})`);
const colonWord = sticky(`[$:?]${WORD}+`);
const bracketName = sticky('\\[[^\\][]+\\]');
const noBracketName = sticky(`(?<=${WORD}|[\\])])`);

/** Where the match that starts at `at` ends, or -1. */
function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

function scanFirst(forms: readonly (readonly [RegExp, TokenKind])[], text: string, at: number): Scan | null {
  for (const [pattern, kind] of forms) {
    const end = matchEnd(pattern, text, at);
    if (end > at) return { kind, end };
  }
  return null;
}

/**
 * The end of the quoted text that opens at `at`, or -1. A doubled quote, and one behind a backslash where
 * `escapes`, stands inside; when the text would never close so, the last such quote closes it.
 */
function quotedEnd(text: string, at: number, escapes: boolean): number {
  const quote = text[at];
  let fallback = -1;
  for (let i = at + 1; i < text.length; i += 1) {
    if (escapes && text[i] === '\\' && text[i + 1] === quote) {
      i += 1;
      fallback = i + 1;
    } else if (text[i] === quote) {
      if (text[i + 1] !== quote) return i + 1;
      fallback = i + 1;
      i += 1;
    }
  }
  return fallback;
}

function scanQuoted(text: string, at: number): Scan | null {
  const char = text[at];
  const end = char === '"' || char === "'" ? quotedEnd(text, at, true) : quotedEnd(text, at, false);
  if (end < 0) return null;
  return { kind: char === "'" ? 'string' : char === '"' ? 'symbol' : 'name', end };
}

/** A token that starts with a letter, digit or underscore. */
function scanWord(text: string, at: number): Scan {
  if (matchEnd(letter, text, at) > at) {
    const end = matchEnd(alwaysKeyword, text, at);
    if (end > at) return { kind: 'keyword', end };
    const run = matchEnd(wordRun, text, at);
    if (matchEnd(memberAccess, text, run) > 0 || text[at - 1] === '.' || text[run] === '(') {
      return { kind: 'name', end: run };
    }
  }
  const special = scanFirst(numberForms, text, at) ?? scanFirst(wordPhrases, text, at);
  if (special !== null) return special;
  const end = matchEnd(bareWord, text, at);
  return { kind: sqlWords.get(text.slice(at, end).toUpperCase()) ?? 'name', end };
}

function scanBlank(text: string, at: number): Scan | null {
  let end = matchEnd(newline, text, at);
  if (end > at) return { kind: 'newline', end };
  end = matchEnd(space, text, at);
  if (end > at) return { kind: 'space', end };
  end = matchEnd(lineComment, text, at);
  return end > at ? { kind: 'comment', end } : null;
}

function scanSymbol(text: string, at: number): Scan {
  const char = text[at] ?? '';
  if ('\'"`´'.includes(char)) {
    const quoted = scanQuoted(text, at);
    if (quoted !== null) return quoted;
  }
  if (char === '[' && matchEnd(noBracketName, text, at) < 0) {
    const end = matchEnd(bracketName, text, at);
    if (end > at) return { kind: 'name', end };
  }
  if ('$:?'.includes(char) && char !== '?' && matchEnd(afterWord, text, at) < 0) {
    const end = matchEnd(colonWord, text, at);
    if (end > at) return { kind: 'placeholder', end };
  }
  const scan = scanFirst(symbolForms, text, at);
  if (scan !== null) return scan;
  if (punctuation.test(char)) return { kind: 'punctuation', end: at + 1 };
  return { kind: 'error', end: at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) };
}

/** The tokens of a text, in order and without gaps; null when there are more than `MAX_TOKENS`. Linear in the text. */
export function tokenize(text: string): Token[] | null {
  const tokens: Token[] = [];
  const lastCommentEnd = text.lastIndexOf('*/');
  for (let at = 0; at < text.length; ) {
    if (tokens.length >= MAX_TOKENS) return null;
    let scan: Scan;
    if (text.startsWith('/*', at) && at + 2 <= lastCommentEnd) {
      scan = { kind: 'comment', end: text.indexOf('*/', at + 2) + 2 };
    } else {
      scan =
        scanBlank(text, at) ?? (matchEnd(wordRun, text, at) > at ? scanWord(text, at) : scanSymbol(text, at));
    }
    tokens.push({ kind: scan.kind, text: text.slice(at, scan.end) });
    at = scan.end;
  }
  return tokens;
}
