import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DOORS } from '../../../src/http/mlflow/routes.ts';
import { mountedRoutes, pairWithDoors, RPCS } from '../../../src/http/mlflow/rpcs.ts';

/** Of MLflow's routes these are of no use to anybody: its own static folder, and paths that lack a slash. */
const NOT_IN_TABLE = [
  'GET /build/*',
  'POST /ajax-api/2.0mlflow/experiments/search-datasets',
  'POST /api/2.0mlflow/experiments/search-datasets',
  'POST /gateway/gemini/v1beta/models/:endpoint_name:generateContent',
  'POST /gateway/gemini/v1beta/models/:endpoint_name:streamGenerateContent',
];
/** Answered here and not by MLflow; the gateway's stands for two of the above. */
const ONLY_IN_TABLE = [
  'POST /ajax-api/2.0/mlflow/registered-models/search',
  'POST /api/2.0/mlflow/registered-models/search',
  'POST /gateway/gemini/v1beta/models/:model_and_verb',
];

const mounted = RPCS.flatMap((row) => mountedRoutes(row).map(({ method, url }) => `${method} ${url}`));

describe('the table of RPCs', () => {
  test('has every route of MLflow 3.17.2 and no other', () => {
    const file = new URL('mlflow-3.17.2-routes.txt', import.meta.url);
    const theirs = readFileSync(file, 'utf8').trim().split('\n');
    expect([...mounted].sort()).toEqual(
      [...theirs.filter((route) => !NOT_IN_TABLE.includes(route)), ...ONLY_IN_TABLE].sort(),
    );
  });

  test('has every name and every route once', () => {
    const names = RPCS.map((row) => row.name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(mounted).size).toBe(mounted.length);
  });

  test('says for every absent RPC why it is absent', () => {
    for (const row of RPCS) if (row.status === 'absent') expect(row.reason).toMatch(/^[A-Z].{10,}\.$/);
  });

  test('asks for the permission to change wherever something is changed', () => {
    const reading = /^(get|search|list|download|createPresignedDownloadUrl)/;
    for (const row of RPCS) {
      if (row.status !== 'implemented' || typeof row.permission === 'string') continue;
      expect([row.name, row.permission.verb.startsWith('read-')]).toEqual([row.name, reading.test(row.name)]);
    }
  });

  test('names the RPC when a door is missing or double', () => {
    expect(pairWithDoors(DOORS)).toHaveLength(DOORS.length);
    expect(() => pairWithDoors(DOORS.slice(1))).toThrow(
      `${DOORS[0]!.rpc} is marked implemented and has no door`,
    );
    expect(() => pairWithDoors([...DOORS, DOORS[0]!])).toThrow(`${DOORS[0]!.rpc} has two doors`);
  });
});
