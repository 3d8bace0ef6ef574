import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';
import { type RegistryClient, registryClient } from './registry-client.ts';

/* A database that was just filled: PostgreSQL has no statistics before its autovacuum comes by. */

const VERSIONS = 2_000;
/** A plan that looks through the tags once a version takes minutes here, a good one milliseconds. */
const ENOUGH_MS = 3_000;
const NUMBERS = sql.raw(
  `with recursive number(n) as (select 1 union all select n + 1 from number where n < ${VERSIONS})`,
);

/** A filter of versions, and how many match. `barn` is 0-49 and `farm` the same for all; `rare` has one version. */
const FILTERS: readonly (readonly [filter: string, count: number])[] = [
  [`tags.barn LIKE 'barn-1%'`, 440],
  [`tags.barn ILIKE 'BARN-1%'`, 440],
  [`tags.barn != 'barn-7'`, 1_960],
  [`tags.barn = 'barn-7'`, 40],
  [`tags.barn LIKE 'no-such%'`, 0],
  [`tags.rare LIKE '%'`, 1],
  [`tags.absent != 'x'`, 0],
  [`tags.barn LIKE 'barn-1%' and tags.barn != 'barn-1'`, 400],
  [`tags.barn LIKE 'barn-1%' and tags.farm ILIKE '%A%' and tags.breed != 'x'`, 440],
  [`name = 'layers' and tags.barn LIKE 'barn-1%' and tags.farm != 'x'`, 440],
  [`name LIKE 'lay%' and tags.barn != 'barn-7'`, 1_960],
];

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`searches by tags on ${target.name}, just filled`, () => {
    let server: TestApp;
    const { get, post }: RegistryClient = registryClient(() => server);

    beforeAll(async () => {
      server = await testApp({ target });
      const { db } = server.database.engine;
      await post('registered-models/create', { name: 'layers' });
      await sql`insert into registered_models (workspace, name, creation_time, last_updated_time)
        ${NUMBERS} select 'default', 'model-' || n, n, n from number`.execute(db);
      await sql`insert into model_versions (workspace, name, version, creation_time, last_updated_time,
          current_stage, source, status)
        ${NUMBERS} select 'default', 'layers', n, n, n, 'None', 's3://bucket/m', 'READY' from number`.execute(
        db,
      );
      for (const [key, value] of [
        ['barn', sql`'barn-' || (n % 50)`],
        ['farm', sql`'Haaren'`],
        ['breed', sql`'breed-' || (n % 3)`],
        ['room', sql`'room-' || n`],
      ] as const) {
        await sql`insert into model_version_tags (workspace, name, version, key, value)
          ${NUMBERS} select 'default', 'layers', n, ${sql.lit(key)}, ${value} from number`.execute(db);
        await sql`insert into registered_model_tags (workspace, name, key, value)
          ${NUMBERS} select 'default', 'model-' || n, ${sql.lit(key)}, ${value} from number`.execute(db);
      }
      await sql`insert into model_version_tags (workspace, name, version, key, value)
        values ('default', 'layers', 1234, 'rare', 'yes')`.execute(db);
      await sql`insert into registered_model_tags (workspace, name, key, value)
        values ('default', 'model-1234', 'rare', 'yes')`.execute(db);
    });
    afterAll(() => server.close());

    test.each(FILTERS)('versions where %s', async (filter, count) => {
      const startedAt = performance.now();
      const { status, body } = await get('model-versions/search', { filter, max_results: '10000' });
      expect([status, (body.model_versions ?? []).length]).toEqual([200, count]);
      expect(performance.now() - startedAt).toBeLessThan(ENOUGH_MS);
    });

    test.each(FILTERS.filter(([filter]) => !filter.includes('name')))(
      'registered models where %s',
      async (filter, count) => {
        const startedAt = performance.now();
        const { status, body } = await get('registered-models/search', { filter, max_results: '1000' });
        expect([status, (body.registered_models ?? []).length]).toEqual([200, Math.min(count, 1_000)]);
        expect(performance.now() - startedAt).toBeLessThan(ENOUGH_MS);
      },
    );
  });
