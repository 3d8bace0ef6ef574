import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { breaches, readTree } from '../support/import-law.ts';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

describe('the law of imports', () => {
  test('no source file breaks it', () => {
    const files = readTree(SRC);
    expect(files.length).toBeGreaterThan(50);
    expect(breaches(files)).toEqual([]);
  });

  test('no source file has more than 400 lines', () => {
    const long = readTree(SRC).filter((file) => file.text.split('\n').length > 400);
    expect(long.map((file) => file.path)).toEqual([]);
  });

  test.each([
    ['domain/a.ts', "import { b } from 'kysely';", 'domain/a.ts imports kysely'],
    ['domain/a.ts', "import fs from 'node:fs';", 'domain/a.ts imports node:fs'],
    ['domain/a.ts', "import { x } from '../operations/x.ts';", 'domain/a.ts imports ../operations/x.ts'],
    ['domain/a.ts', 'export async function f() {}', 'domain/a.ts is asynchronous'],
    ['domain/a.ts', 'export const t = Date.now();', 'domain/a.ts reads a clock or random'],
    ['operations/a.ts', "import { x } from '../store/x.ts';", 'operations/a.ts imports ../store/x.ts'],
    ['operations/a.ts', "import type { F } from 'fastify';", 'operations/a.ts imports fastify'],
    ['operations/a.ts', 'const p = process.env.PORT;', 'operations/a.ts reads the environment or exits'],
    ['store/a.ts', "import { x } from '../operations/run.ts';", 'store/a.ts imports ../operations/run.ts'],
    ['store/a.ts', "export { x } from '../artifacts/x.ts';", 'store/a.ts imports ../artifacts/x.ts'],
    ['http/v1/a/b.ts', "import { x } from '../../mlflow/x.ts';", 'http/v1/a/b.ts imports ../../mlflow/x.ts'],
    [
      'http/mlflow/a.ts',
      "const s = import('../../store/s.ts');",
      'http/mlflow/a.ts imports ../../store/s.ts',
    ],
    ['egress/a.ts', "import { x } from '../store/x.ts';", 'egress/a.ts imports ../store/x.ts'],
    ['egress/a.ts', "import { x } from '../operations/run.ts';", 'egress/a.ts imports ../operations/run.ts'],
    ['jobs/a.ts', "import {\n  x,\n} from '../http/server.ts';", 'jobs/a.ts imports ../http/server.ts'],
    ['attic/a.ts', '', 'attic/a.ts is on no floor'],
  ])('it can fail: %s with %j', (path, text, sentence) => {
    expect(breaches([{ path, text }])).toEqual([sentence]);
  });

  test('what it allows it lets pass', () => {
    const files = [
      {
        path: 'store/a.ts',
        text: "import type { R } from '../operations/ports/run.ts';\nimport { sql } from 'kysely';",
      },
      { path: 'compose.ts', text: "import { x } from './store/x.ts';" },
      { path: 'domain/a.ts', text: '// async work is done elsewhere; await nothing\nexport const a = 1;' },
    ];
    expect(breaches(files)).toEqual([]);
  });
});
