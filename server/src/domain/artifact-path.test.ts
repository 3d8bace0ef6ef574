import { describe, expect, test } from 'vitest';
import {
  containsArtifactPath,
  joinArtifactPaths,
  parentArtifactPath,
  parseArtifactPath,
  parseRequestPath,
  relativeArtifactPath,
} from './artifact-path.ts';

const text = (path: string): string => parseArtifactPath(path).text;
const request = (raw: string): string => parseRequestPath(raw).text;

// Numbers: family P of the corpus of hostile input. As they stand in a request target.
const HOSTILE_TAILS: Record<string, string[]> = {
  P1: ['../../../../etc/passwd'],
  P2: ['a/../../../../etc/passwd'],
  P3: ['..%2f..%2fetc%2fpasswd'],
  P4: ['%2e%2e/%2e%2e/etc'],
  P5: ['%252e%252e%252fetc', 'a%252fb'],
  P6: ['%25252e%25252e/x', `%${'25'.repeat(40)}2e%${'25'.repeat(40)}2e/x`],
  P7: ['%2%0952e%2%0952e/x', '%2%0A52e%2%0A52e/x'],
  P8: ['..%c0%af..%c0%afetc', 'a%e0%80%afb', '%c0%ae%c0%ae/', '%f0%80%80%af'],
  P9: ['%u002e%u002e/', '%25u002e%', 'a%', 'a%4', 'a%zz'],
  P10: ['..\\..\\x', 'a\\..\\..\\etc'],
  P11: ['..%5c..%5cetc', 'a%255cb'],
  P12: ['/etc/passwd', '//etc/passwd', '%2fetc%2fpasswd', '%252fetc'],
  P13: ['C:\\Windows\\x', 'C:/Windows', 'c:x', './c:x', './:', '::x', 'C%3A/Windows', 'c%253ax'],
  P14: ['\\\\host\\share\\x', '//host/share/x', '\\\\?\\C:\\x', '\\\\.\\C:\\x', '\\\\127.0.0.1\\c$\\x'],
  P15: [
    'file:///etc/passwd',
    'FILE:/etc',
    'file://localhost/etc',
    '/file://etc/passwd',
    's3://b/k',
    'file%253A/x',
  ],
  P16: ['a%00.png', 'a%00/../b', 'a%2500.png'],
  P17: ['a#/../../etc', 'a%23/../../etc', 'a%23b'],
  P18: ['a%3fx=/../../etc'],
  P19: ['a;/../b'],
  P23: [
    'a%E2%80%AEgpj.exe',
    'a%E2%80%8Bb',
    '%EF%BB%BFa',
    'a%0Ab',
    'a%09b',
    'a%7Fb',
    'a%C2%85b',
    'a%E2%80%A8b',
  ],
  P27: ['x'.repeat(300), `${'x'.repeat(200)}/`.repeat(25), 'x/'.repeat(200), '%C3%A9'.repeat(128)],
  P28: ['%ff%fe', '%ED%A0%80', 'caf\u00e9'],
  P47: ['', '%01', '%7f', '%20', '.', '%2e', './.', '/', 'a/%20/b', '%252e'],
};

describe('parseRequestPath', () => {
  test.each(Object.entries(HOSTILE_TAILS).flatMap(([id, tails]) => tails.map((tail) => [id, tail] as const)))(
    '%s: %s is refused with the sentence of MLflow',
    (_, tail) => {
      expect(() => parseRequestPath(tail)).toThrow(
        expect.objectContaining({ code: 'invalid_argument', message: 'Invalid path' }),
      );
    },
  );

  test('decodes exactly once', () => {
    expect(request('dog%25step%25100%25timestamp%25100')).toBe('dog%step%100%timestamp%100');
    expect(request('model%20v1%20(final).pkl')).toBe('model v1 (final).pkl');
    expect(request('a%252520b')).toBe('a%2520b');
    expect(request('a%2Fb')).toBe('a/b');
    expect(request('a+b')).toBe('a+b');
    expect(request('%E6%A8%A1%E5%9E%8B/%F0%9F%90%94.bin')).toBe('模型/🐔.bin');
  });
});

describe('parseArtifactPath', () => {
  test.each([
    'path/to/file',
    'a/..../b',
    '...',
    '..;/x',
    'dog%step%100%timestamp%100',
    'model v1 (final).pkl',
    '.git/config',
    '.env',
    '__MACOSX',
    'CON',
    'nul.txt',
    'a.',
    'a ',
    'run:v1/x',
    'logs/2024-01-01T10:00:00.txt',
    'a?b=c&d',
    "quote's",
    '__proto__',
    '\uFF0E\uFF0E/x',
    '\u2024\u2024/x',
    'a\u2215b',
    'a\u29F5b',
    'x'.repeat(255),
    `${'x/'.repeat(99)}x`,
  ])('%s is a literal name', (path) => {
    expect(text(path)).toBe(path);
  });

  test('has one spelling for each path', () => {
    for (const spelling of ['a/b', './a/b', 'a//b', 'a/./b', 'a/b/', 'a/b/.', './/a///b/./'])
      expect(text(spelling)).toBe('a/b');
    expect(text('....//')).toBe('....');
    expect(text('.../...//')).toBe('.../...');
  });

  test('has one form for names that look the same', () => {
    expect(text('cafe\u0301')).toBe('caf\u00e9');
    expect(parseArtifactPath('cafe\u0301')).toEqual(parseArtifactPath('caf\u00e9'));
  });

  test('keeps names apart that differ in case or in trailing marks', () => {
    expect(new Set(['Model.pkl', 'model.pkl', 'model.pkl ', 'model.pkl.'].map(text)).size).toBe(4);
  });

  test('refuses a lone surrogate', () => {
    expect(() => parseArtifactPath('a\ud800b')).toThrow('Invalid path');
  });

  test('says the reason when it is told where the path came from', () => {
    expect(() => parseArtifactPath('a/../b', 'files[0].path')).toThrow(
      expect.objectContaining({
        message: 'Invalid path: a segment may not be "..".',
        params: expect.objectContaining({ path: 'files[0].path' }),
      }),
    );
  });

  test('cannot be changed afterwards', () => {
    const path = parseArtifactPath('a/b');
    expect(Object.isFrozen(path) && Object.isFrozen(path.segments)).toBe(true);
  });
});

describe('relations of paths', () => {
  const [a, ab, abc] = [parseArtifactPath('a'), parseArtifactPath('a/b'), parseArtifactPath('a/b/c')];

  test('containment goes by segments', () => {
    expect(containsArtifactPath(ab, abc)).toBe(true);
    expect(containsArtifactPath(ab, ab)).toBe(true);
    expect(containsArtifactPath(abc, ab)).toBe(false);
    expect(containsArtifactPath(ab, parseArtifactPath('a/bc'))).toBe(false);
  });

  test('joining, the parent and the relative path undo one another', () => {
    expect(joinArtifactPaths(a, parseArtifactPath('b/c'))).toEqual(abc);
    expect(parentArtifactPath(abc)).toEqual(ab);
    expect(parentArtifactPath(a)).toBeNull();
    expect(relativeArtifactPath(a, abc)).toBe('b/c');
    expect(relativeArtifactPath(abc, abc)).toBe('');
    expect(relativeArtifactPath(abc, ab)).toBeNull();
  });

  test('the limits hold for the whole', () => {
    const deep = parseArtifactPath('x/'.repeat(60));
    expect(() => joinArtifactPaths(deep, deep)).toThrow('Invalid path');
  });
});
