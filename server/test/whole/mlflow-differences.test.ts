import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { DIFFERENCES } from '../support/mlflow-differences.ts';

const inServer = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

test('every difference to MLflow is needed by the differential suite or kept by a test that is there', () => {
  for (const { id, matches, keptBy } of DIFFERENCES) {
    expect((matches === undefined) !== (keptBy === undefined), id).toBe(true);
    expect(matches?.length, id).not.toBe(0);
    if (keptBy !== undefined) expect(existsSync(inServer(keptBy)), `${id}: ${keptBy}`).toBe(true);
  }
});

test('no difference to MLflow is told twice', () => {
  const ids = DIFFERENCES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
