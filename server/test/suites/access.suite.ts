import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Subject } from '../../src/domain/subject.ts';
import type { ApiToken } from '../../src/operations/ports/api-token.ts';
import type { GivenGrant } from '../../src/operations/ports/grant.ts';
import type { Store } from '../../src/operations/ports.ts';
import type { OpenStore, StoreTarget } from '../support/store-targets.ts';

const MIA: Subject = {
  subjectId: 's-mia',
  kind: 'user',
  name: 'Mia',
  ownerId: null,
  createdAtMs: 1,
  disabledAtMs: null,
};
const GRANT: GivenGrant = {
  grantId: 'g-1',
  to: { kind: 'subject', subjectId: 's-mia' },
  role: 'writer',
  resource: 'model',
  pattern: 'layer-*',
  createdAtMs: 2,
  createdBy: 'local',
};
const TOKEN: ApiToken = {
  tokenId: 't-1',
  subjectId: 's-mia',
  name: 'laptop',
  shownPrefix: 'frt_abc123',
  scopes: ['read', 'write'],
  modelPattern: 'layer-*',
  createdAtMs: 5,
  createdBy: 's-mia',
  expiresAtMs: 50,
  revokedAtMs: null,
  lastUsedAtMs: null,
};

/** What is promised of subjects, grants, tokens and sessions (operations/ports/subject.ts and its neighbours). */
export function accessSuite(target: StoreTarget): void {
  describe(`access on ${target.name}`, () => {
    let opened: OpenStore;
    let store: Store;

    beforeEach(async () => {
      opened = await target.open();
      store = opened.store;
    });
    afterEach(async () => {
      await opened.close();
    });

    const insert = (change: Partial<Subject> & { nameKey?: string; external?: [string, string] } = {}) => {
      const { nameKey, external, ...rest } = change;
      const subject = { ...MIA, ...rest };
      return store.write((writer) =>
        writer.subjects.insert({
          ...subject,
          nameKey: nameKey ?? subject.name.toLowerCase(),
          passwordHash: 'phc',
          external: external === undefined ? null : { issuer: external[0], externalId: external[1] },
        }),
      );
    };
    const grant = (change: Partial<GivenGrant> = {}) =>
      store.write((writer) => writer.grants.insert({ ...GRANT, ...change }));
    const addToken = (change: Partial<ApiToken> & { secretSha256?: string } = {}) =>
      store.write((writer) => writer.apiTokens.insert({ ...TOKEN, secretSha256: 'aa', ...change }));
    const byName = (nameKey: string) => store.read((reader) => reader.subjects.findIdentity(nameKey));
    const byToken = (secret = 'aa') => store.read((reader) => reader.apiTokens.findIdentity(secret));

    describe('subjects', () => {
      test('one is found by id, by the key of its name, and by who it is elsewhere', async () => {
        expect(await insert({ external: ['https://idp', 'sub-1'] })).toBe(true);
        expect(await store.read((reader) => reader.subjects.find('s-mia'))).toEqual(MIA);
        const identity = { subject: MIA, groups: [], grants: [] };
        expect(await byName('mia')).toEqual({ ...identity, passwordHash: 'phc' });
        expect(await byName('Mia')).toBeNull();
        const external = (issuer: string, externalId: string) =>
          store.read((reader) => reader.subjects.findExternal({ issuer, externalId }));
        expect(await external('https://idp', 'sub-1')).toEqual(identity);
        expect(await external('https://other', 'sub-1')).toBeNull();
        expect(await external('https://idp', 'sub-2')).toBeNull();
      });

      test('of those who want one name at the same time one gets it', async () => {
        const inserted = await Promise.all(
          Array.from({ length: 8 }, (_, i) => insert({ subjectId: `s-${i}` })),
        );
        expect(inserted.filter(Boolean)).toHaveLength(1);
      });

      test('an identity elsewhere belongs to one', async () => {
        await insert({ external: ['https://idp', 'sub-1'] });
        const again = insert({ subjectId: 's-2', name: 'Ben', external: ['https://idp', 'sub-1'] });
        expect(await again).toBe(false);
      });

      test('password, owner, name and disabling change, and nothing else does', async () => {
        await insert();
        await insert({ subjectId: 's-ben', name: 'Ben' });
        await store.write(async ({ subjects }) => {
          await subjects.setPassword('s-mia', 'other');
          await subjects.setDisabled('s-mia', 9);
          await subjects.setOwner('s-mia', 's-ben');
          expect(await subjects.rename('s-mia', { name: 'Ben', nameKey: 'ben' })).toBe(false);
          expect(await subjects.rename('s-mia', { name: 'Mia B.', nameKey: 'mia b.' })).toBe(true);
        });
        expect(await byName('mia b.')).toMatchObject({
          subject: { ...MIA, name: 'Mia B.', ownerId: 's-ben', disabledAtMs: 9 },
          passwordHash: 'other',
        });
        expect(await byName('ben')).toMatchObject({ subject: { disabledAtMs: null }, passwordHash: 'phc' });
      });

      test('a name may be erased; the subject stays', async () => {
        await insert();
        await store.write(({ subjects }) => subjects.rename('s-mia', { name: 'erased', nameKey: null }));
        await insert({ subjectId: 's-ben', name: 'Ben' });
        await store.write(({ subjects }) => subjects.rename('s-ben', { name: 'erased', nameKey: null }));
        expect(await byName('mia')).toBeNull();
        const names = await store.read(({ subjects }) => subjects.names(['s-mia', 's-ben', 'local', 'x']));
        expect(names).toEqual(
          new Map([
            ['s-mia', 'erased'],
            ['s-ben', 'erased'],
            ['local', 'local'],
          ]),
        );
      });

      test('accounts are listed by name, page by page, without those who are none', async () => {
        for (const name of ['Zoe', 'Ada', 'Mia']) await insert({ subjectId: `s-${name}`, name });
        const list = (after: string | null, limit: number) =>
          store.read((reader) => reader.subjects.list({ after, limit }));
        expect((await list(null, 2)).map(({ name }) => name)).toEqual(['Ada', 'Mia']);
        expect((await list('mia', 2)).map(({ name }) => name)).toEqual(['Zoe']);
      });

      test('there is an admin when somebody who may sign in is admin on all models', async () => {
        const hasAdmin = () => store.read(({ subjects }) => subjects.hasAdmin());
        await insert();
        await grant({ grantId: 'a', role: 'admin', pattern: 'layer-*' });
        await grant({ grantId: 'b', role: 'approver', pattern: '*' });
        await grant({ grantId: 'c', role: 'admin', pattern: '*', resource: 'experiment' });
        await grant({ grantId: 'd', role: 'admin', pattern: '*', to: { kind: 'group', group: 'ops' } });
        expect(await hasAdmin()).toBe(false);
        await grant({ grantId: 'e', role: 'admin', pattern: '*' });
        expect(await hasAdmin()).toBe(true);
        await store.write(({ subjects }) => subjects.setDisabled('s-mia', 9));
        expect(await hasAdmin()).toBe(false);
      });
    });

    describe('grants', () => {
      test('a subject has its own and those of its groups, and loses them when they are taken back', async () => {
        await insert();
        await grant();
        await grant({ grantId: 'g-2', to: { kind: 'group', group: 'ops' }, role: 'reader', pattern: '*' });
        await grant({ grantId: 'g-3', to: { kind: 'subject', subjectId: 's-ben' } });
        const own = { role: 'writer', resource: 'model', pattern: 'layer-*' };
        expect((await byName('mia'))?.grants).toEqual([own]);
        await store.write(({ subjects }) => subjects.setGroups('s-mia', ['ops', 'farm', 'ops']));
        const identity = await byName('mia');
        expect(identity?.groups.toSorted()).toEqual(['farm', 'ops']);
        expect(identity?.grants).toEqual([own, { role: 'reader', resource: 'model', pattern: '*' }]);
        await store.write(async ({ subjects, grants }) => {
          await subjects.setGroups('s-mia', []);
          await grants.delete('g-1');
        });
        expect(await byName('mia')).toMatchObject({ groups: [], grants: [] });
      });

      test('they are listed in the order in which they were given', async () => {
        await grant({ grantId: 'b', createdAtMs: 2 });
        await grant({ grantId: 'a', createdAtMs: 2 });
        await grant({ grantId: 'c', createdAtMs: 1, to: { kind: 'group', group: 'ops' } });
        const list = (after: GivenGrant | null) =>
          store.read(({ grants }) => grants.list({ after, limit: 2 }));
        const first = await list(null);
        expect(first.map(({ grantId }) => grantId)).toEqual(['c', 'a']);
        expect(await list(first[1] ?? null)).toEqual([{ ...GRANT, grantId: 'b' }]);
        expect(await store.read(({ grants }) => grants.find('c'))).toMatchObject({ to: { group: 'ops' } });
        expect(await store.read(({ grants }) => grants.find('x'))).toBeNull();
      });
    });

    describe('tokens', () => {
      test('one is found with its subject and what that was granted', async () => {
        await insert();
        await grant();
        await addToken();
        expect(await byToken()).toEqual({
          subject: MIA,
          groups: [],
          grants: [{ role: 'writer', resource: 'model', pattern: 'layer-*' }],
          token: TOKEN,
        });
        expect(await byToken('AA')).toBeNull();
        expect(await store.read(({ apiTokens }) => apiTokens.find('t-1'))).toEqual(TOKEN);
      });

      test('one is revoked once, and is found no differently but for that', async () => {
        await insert();
        await addToken();
        const revoke = (nowMs: number) => store.write(({ apiTokens }) => apiTokens.revoke('t-1', nowMs));
        expect(await revoke(7)).toBe(true);
        expect(await revoke(8)).toBe(false);
        expect((await byToken())?.token).toEqual({ ...TOKEN, revokedAtMs: 7 });
      });

      test('the last use never goes back', async () => {
        await insert();
        await addToken();
        for (const atMs of [7, 9, 8])
          await store.write(({ apiTokens }) => apiTokens.noteUse(new Map([['t-1', atMs]])));
        expect((await byToken())?.token.lastUsedAtMs).toBe(9);
      });

      test('they are listed the newest first, of some subjects or of all, and by their beginning', async () => {
        await addToken({ tokenId: 'a', createdAtMs: 1, secretSha256: 'a' });
        await addToken({ tokenId: 'b', createdAtMs: 3, secretSha256: 'b' });
        await addToken({ tokenId: 'c', createdAtMs: 2, secretSha256: 'c', subjectId: 's-ben' });
        const list = async (subjectIds: string[] | null, offset = 0) =>
          (await store.read(({ apiTokens }) => apiTokens.list({ subjectIds, offset, limit: 2 }))).map(
            ({ tokenId }) => tokenId,
          );
        expect(await list(null)).toEqual(['b', 'c']);
        expect(await list(null, 2)).toEqual(['a']);
        expect(await list(['s-mia'])).toEqual(['b', 'a']);
        expect(await list([])).toEqual([]);
        const begin = await store.read(({ apiTokens }) => apiTokens.listByPrefix('frt_abc123'));
        expect(begin).toHaveLength(3);
      });
    });

    test('a session is found until it is ended, one or all of a subject, or swept', async () => {
      await insert();
      const add = (secretSha256: string, expiresAtMs = 9) =>
        store.write(({ sessions }) =>
          sessions.insert({ secretSha256, subjectId: 's-mia', createdAtMs: 1, expiresAtMs }),
        );
      const find = (secret: string) => store.read(({ sessions }) => sessions.findIdentity(secret));
      for (const secret of ['a', 'b', 'c', 'd']) await add(secret);
      await add('old', 3);
      expect(await find('a')).toEqual({
        subject: MIA,
        groups: [],
        grants: [],
        session: { secretSha256: 'a', subjectId: 's-mia', createdAtMs: 1, expiresAtMs: 9 },
      });
      await store.write(async ({ sessions }) => {
        await sessions.delete('a');
        await sessions.sweep(4, 10);
      });
      expect(await find('a')).toBeNull();
      expect(await find('old')).toBeNull();
      expect(await find('b')).not.toBeNull();
      await store.write(({ sessions }) => sessions.deleteAll('s-mia'));
      expect(await find('b')).toBeNull();
    });
  });
}
