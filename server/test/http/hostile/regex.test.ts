import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { regexLiterals } from './regex-literals.ts';

const SOURCES = join(import.meta.dirname, '../../../src');
const LONG = 100_000;
/** Enough for what backtracks without end to be seen before it is given a long text. */
const SHORT = 30;
const MIDDLE = 3_000;
/** A pass over 100,000 characters takes a millisecond or two; what is quadratic takes seconds. */
const LATEST_MS = 250;

interface Found {
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .sort();

/** Every literal, and how often RegExp is called. */
function readPatterns(name: string): { literals: Found[]; built: number } {
  const text = readFileSync(join(SOURCES, name), 'utf8');
  const literals = regexLiterals(text).map(({ line, ...found }) => ({ place: `${name}:${line}`, ...found }));
  return { literals, built: text.split('new RegExp(').length - 1 };
}

const patterns = files.map((name) => ({ name, ...readPatterns(name) }));

/** The patterns that a module builds while it is loaded. */
async function builtBy(name: string): Promise<Found[]> {
  const found: Found[] = [];
  const Original = globalThis.RegExp;
  globalThis.RegExp = new Proxy(Original, {
    construct(target, [source, flags]: [string | RegExp, string?]) {
      const made = new target(source, flags);
      found.push({ place: name, source: made.source, flags: made.flags });
      return made;
    },
  });
  try {
    await import(join(SOURCES, name));
  } finally {
    globalThis.RegExp = Original;
  }
  return found;
}

/** Pieces that patterns stumble over when they stand there many times. */
const PIECES = [
  'a',
  'A',
  '0',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '/',
  '\\',
  '.',
  '..',
  '-',
  '_',
  ',',
  ';',
  ':',
  '=',
  '%',
  '%2',
  '%25',
];
const MORE = [
  '"',
  "'",
  '`',
  '""',
  '(',
  '[',
  '{',
  '<',
  '#',
  '*',
  '?',
  '+',
  '@',
  '&',
  'é',
  '\u200b',
  '0.',
  'a.',
  'a-',
  'a ',
  ' ,',
  'a=',
  '0,',
];
const ENDS = ['', '!', '\0'];

/** The words and signs of the pattern itself, alone and doubled. */
function ownPieces(source: string): string[] {
  const words = source.match(/[A-Za-z]{2,}/g) ?? [];
  const signs = [...new Set(source.replace(/[A-Za-z0-9]/g, ''))];
  return [...words, ...words.map((word) => `${word} `), ...signs.slice(0, 12).map((sign) => `a${sign}`)];
}

function attack(
  { place, source, flags }: Found,
  lengths = [SHORT, MIDDLE, LONG],
  latestMs = LATEST_MS,
): void {
  const pattern = new RegExp(source, flags);
  for (const length of lengths)
    for (const piece of [...PIECES, ...MORE, ...ownPieces(source)])
      for (const end of ENDS) {
        const text = piece.repeat(Math.ceil(length / piece.length)) + end;
        let ms = timeOf(pattern, text);
        if (ms >= latestMs) ms = Math.min(timeOf(pattern, text), timeOf(pattern, text));
        const what = `${place} /${source}/${flags} on ${JSON.stringify(piece)} × ${length} ${JSON.stringify(end)}`;
        expect(ms, what).toBeLessThan(latestMs);
      }
}

function timeOf(pattern: RegExp, text: string): number {
  pattern.lastIndex = 0;
  const start = performance.now();
  if (pattern.global) text.replace(pattern, '');
  else pattern.exec(text);
  return performance.now() - start;
}

describe('D6 every regular expression takes time in proportion to its text', () => {
  const literals = patterns.flatMap(({ literals }) => literals);
  const unique = [...new Map(literals.map((one) => [`/${one.source}/${one.flags}`, one])).values()];

  test('the literals of the sources are found', () => {
    expect(literals.length).toBeGreaterThan(50);
    const text =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a source that has a template
      'const a = b / 2 / c; // not /this/\nconst d = `${x / 2 / `${y}`} /nor this/`;\nf(/a[/]\\/b/giu, "/c/");';
    expect(regexLiterals(text)).toEqual([{ line: 3, source: 'a[/]\\/b', flags: 'giu' }]);
  });

  test('one that is not so is caught', () => {
    expect(() => attack({ place: 'here', source: 'a*b', flags: '' }, [LONG / 8], 20)).toThrow(/here/);
  });

  test.each(unique)('/$source/$flags ($place)', (found) => attack(found), 120_000);

  test.each(patterns.filter(({ built }) => built > 0))('those that $name builds', async ({ name }) => {
    const found = await builtBy(name);
    expect(found.length, 'built when they are used, so that nobody tried them').toBeGreaterThan(0);
    for (const one of found) attack(one);
  });
});
