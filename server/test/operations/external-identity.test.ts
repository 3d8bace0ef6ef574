import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recognizeExternal } from '../../src/operations/external-identity.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';
import { storeTargets } from '../support/store-targets.ts';

const CLIENT = { address: '10.0.0.7', userAgent: 'test', requestId: 'r-1' };
const person = (externalId: string, groups: readonly string[] | null = null) => ({
  issuer: 'https://id.farm.example',
  externalId,
  names: ['mia'],
  groups,
});

for (const target of storeTargets)
  describe(`somebody whom an identity provider vouches for, on ${target.name}`, () => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps(target);
    });
    afterEach(async () => {
      await deps.close();
    });

    const come = (claims: ReturnType<typeof person>, arrival: 'user' | 'service_account' = 'user') =>
      recognizeExternal(deps, claims, { arrival, client: CLIENT });

    test('has one account, however many first requests come at once', async () => {
      const found = await Promise.all(Array.from({ length: 8 }, () => come(person('u-1', ['a', 'b']))));
      expect(new Set(found.map(({ subject }) => subject.subjectId)).size).toBe(1);
      expect(found.map(({ groups }) => groups.toSorted())).toEqual(found.map(() => ['a', 'b']));
    });

    test('has a name that nobody else has, whoever comes at once', async () => {
      const found = await Promise.all([1, 2, 3, 4].map((n) => come(person(`u-${n}`))));
      expect(found.map(({ subject }) => subject.name).sort()).toEqual(['mia', 'mia-2', 'mia-3', 'mia-4']);
    });

    test('finds a name even when all those like it are taken', async () => {
      const names = new Set<string>();
      for (let n = 0; n < 12; n++) names.add((await come(person(`u-${n}`))).subject.name);
      expect(names.size).toBe(12);
    });

    test('keeps its groups when nothing is said of them, and is written to only when something is new', async () => {
      await come(person('u-1', ['b', 'a']));
      const events = async () => {
        const query = { modelName: null, actorId: null, action: null, sinceMs: null, untilMs: null };
        return (await deps.store.read(({ audit }) => audit.search(query, { before: null, limit: 100 })))
          .length;
      };
      const before = await events();
      expect((await come(person('u-1'))).groups.toSorted()).toEqual(['a', 'b']);
      expect((await come(person('u-1', ['a', 'b']), 'service_account')).subject.kind).toBe('user');
      expect(await events()).toBe(before);
    });
  });
