import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ArtifactPath, decodingRounds, parseArtifactPath, parseRequestPath } from './artifact-path.ts';
import { RegistryError } from './errors.ts';

const piece = fc.oneof(
  fc.constantFrom(
    ...[
      '..',
      '.',
      '/',
      '\\',
      '%',
      '%2e',
      '%2E',
      '%2f',
      '%252e',
      '%255c',
      '%5c',
      '%00',
      '%25',
      'a',
      'é',
      'e\u0301',
    ],
    ...[':', 'C:', 'file:', '#', '?', ';', '\0', '\u202e', '\ud800', ' ', '~', '%c0%ae', '%u002e', '\uff0e'],
  ),
  fc.string({ maxLength: 3, unit: 'binary' }),
);
const hostileText = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

function parseOrNull(parse: () => ArtifactPath): ArtifactPath | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'invalid_argument') return null;
    throw error;
  }
}

function expectHarmless(path: ArtifactPath): void {
  expect(path.segments.length).toBeGreaterThan(0);
  expect(path.segments.join('/')).toBe(path.text);
  for (const segment of path.segments) {
    for (const reading of decodingRounds(segment)!) {
      expect(['', '.', '..']).not.toContain(reading);
      expect(reading).not.toMatch(/[/\\\0]/);
    }
    expect(Buffer.byteLength(segment)).toBeLessThanOrEqual(255);
  }
  expect(path.text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  expect(path.text.normalize('NFC')).toBe(path.text);
}

test('no parsed path leaves its folder, however often it is decoded', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const path = parseOrNull(() => parseArtifactPath(text));
      if (path !== null) expectHarmless(path);
    }),
    { numRuns: 3_000 },
  );
});

test('no tail of a request does either, and nothing but invalid_argument is thrown', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const path = parseOrNull(() => parseRequestPath(text));
      if (path !== null) expectHarmless(path);
    }),
    { numRuns: 3_000 },
  );
});

test('parsing its own text gives the same path', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const path = parseOrNull(() => parseArtifactPath(text));
      if (path !== null) expect(parseArtifactPath(path.text)).toEqual(path);
    }),
    { numRuns: 3_000 },
  );
});

test('a parsed path survives the way through a URL', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const path = parseOrNull(() => parseArtifactPath(text));
      if (path !== null) expect(parseRequestPath(encodeURIComponent(path.text))).toEqual(path);
    }),
    { numRuns: 3_000 },
  );
});

test('the longest texts are judged at once', () => {
  const texts = [
    '%25'.repeat(1_365),
    '%'.repeat(4_096),
    '/'.repeat(4_096),
    'a:'.repeat(2_048),
    '%2525'.repeat(800),
  ];
  const startedAt = performance.now();
  for (const text of [...texts, 'x'.repeat(10_000_000)]) parseOrNull(() => parseArtifactPath(text));
  expect(performance.now() - startedAt).toBeLessThan(500);
});
