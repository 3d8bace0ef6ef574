import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Actor, LOCAL_ACTOR } from '../../src/domain/actor.ts';
import type { AuditEvent } from '../../src/domain/audit-event.ts';
import { createApiToken, listApiTokens, revokeApiToken } from '../../src/operations/api-token.ts';
import { authenticate, type Credentials } from '../../src/operations/authentication.ts';
import { createGrant, deleteGrant } from '../../src/operations/grant.ts';
import { changePassword, resetPassword } from '../../src/operations/password.ts';
import { endSession, signIn } from '../../src/operations/session.ts';
import { createSubject, editSubject, eraseSubject, listSubjects } from '../../src/operations/subject.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';
import { storeTargets } from '../support/store-targets.ts';

const PASSWORD = 'barn-owl-tractor-seven';
const CLIENT = { address: '10.0.0.7', userAgent: 'test', requestId: 'r-1' };
const DAY_MS = 24 * 60 * 60 * 1_000;

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`access on ${target.name}`, () => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps(target);
    });
    afterEach(async () => {
      await deps.close();
    });

    const createUser = (name: string, password: string | null = PASSWORD) =>
      createSubject(deps, LOCAL_ACTOR, { name, kind: 'user', ownerId: null, password });
    const createBot = (name: string, ownerId: string) =>
      createSubject(deps, LOCAL_ACTOR, { name, kind: 'service_account', ownerId, password: null });
    const makeAdmin = (subjectId: string) =>
      createGrant(deps, LOCAL_ACTOR, {
        to: { kind: 'subject', subjectId },
        role: 'admin',
        resource: 'model',
        pattern: '*',
      });
    const as = (credentials: Credentials): Promise<Actor> => authenticate(deps, credentials, CLIENT);
    const withPassword = (name: string, password = PASSWORD) => as({ kind: 'basic', name, password });
    const tokenOf = async (name: string, change: Partial<Parameters<typeof createApiToken>[2]> = {}) =>
      createApiToken(deps, await withPassword(name), {
        subjectId: null,
        name: 'laptop',
        scopes: ['read', 'write'],
        modelPattern: null,
        lifetimeMs: null,
        ...change,
      });
    const events = async () => {
      const query = { modelName: null, actorId: null, action: null, sinceMs: null, untilMs: null };
      const page = { before: null, limit: 1_000 };
      const kept = await deps.store.read(({ audit }) => audit.search(query, page));
      return kept.map(({ event }) => event);
    };
    const actions = async () => (await events()).map((event: AuditEvent) => event.action).sort();
    const unauthenticated = { code: 'unauthenticated' };

    describe('name and password', () => {
      test('tell who it is, with what was granted', async () => {
        const mia = await createUser('Mia');
        await makeAdmin(mia.subjectId);
        expect(await withPassword('mia')).toEqual({
          subjectId: mia.subjectId,
          kind: 'user',
          displayName: 'Mia',
          ownerId: null,
          groups: [],
          grants: [{ role: 'admin', resource: 'model', pattern: '*' }],
          client: CLIENT,
          token: null,
        });
      });

      test('that are wrong are answered alike, whatever is wrong', async () => {
        const mia = await createUser('mia');
        await createUser('no-password', null);
        await createBot('bot', mia.subjectId);
        await editSubject(deps, LOCAL_ACTOR, {
          subjectId: (await createUser('ben')).subjectId,
          isDisabled: true,
        });
        const wrong: [string, string][] = [
          ['mia', `${PASSWORD}x`],
          ['nobody', PASSWORD],
          ['no-password', PASSWORD],
          ['no-password', ''],
          ['bot', PASSWORD],
          ['ben', PASSWORD],
          ['local', PASSWORD],
        ];
        const messages = new Set<string>();
        for (const [name, password] of wrong)
          messages.add(
            await withPassword(name, password).then(
              () => 'in',
              (error: Error) => error.message,
            ),
          );
        expect([...messages]).toEqual(['These credentials are wrong, revoked or expired.']);
      });

      test('a password that was verified is not taken any more when it is changed, or the account disabled', async () => {
        const mia = await createUser('mia');
        await withPassword('mia');
        await resetPassword(deps, LOCAL_ACTOR, { subjectId: mia.subjectId, password: `${PASSWORD}-two` });
        await expect(withPassword('mia')).rejects.toMatchObject(unauthenticated);
        await withPassword('mia', `${PASSWORD}-two`);
        await editSubject(deps, LOCAL_ACTOR, { subjectId: mia.subjectId, isDisabled: true });
        await expect(withPassword('mia', `${PASSWORD}-two`)).rejects.toMatchObject(unauthenticated);
        await editSubject(deps, LOCAL_ACTOR, { subjectId: mia.subjectId, isDisabled: false });
        await withPassword('mia', `${PASSWORD}-two`);
      });

      test('twenty wrong ones from one address make it wait, and nobody else', async () => {
        await createUser('mia');
        for (let i = 0; i < 20; i++)
          await expect(withPassword('mia', 'wrong')).rejects.toMatchObject(unauthenticated);
        await expect(withPassword('mia')).rejects.toMatchObject({
          code: 'too_many_attempts',
          params: { retryAfterSeconds: 60 },
        });
        const elsewhere = { ...CLIENT, address: '10.0.0.8' };
        await authenticate(deps, { kind: 'basic', name: 'mia', password: PASSWORD }, elsewhere);
        deps.clock.advance(60_001);
        await withPassword('mia');
      });
    });

    describe('tokens', () => {
      test('are good as bearer, and as password beside their owner or the word token', async () => {
        const mia = await createUser('mia');
        const { secret, token } = await tokenOf('mia');
        const known = {
          subjectId: mia.subjectId,
          token: { tokenId: token.tokenId, scopes: ['read', 'write'] },
        };
        expect(await as({ kind: 'bearer', token: secret })).toMatchObject(known);
        for (const name of ['mia', 'MIA', 'token'])
          expect(await as({ kind: 'basic', name, password: secret })).toMatchObject(known);
        await createUser('ben');
        for (const name of ['ben', '', 'nobody'])
          await expect(as({ kind: 'basic', name, password: secret })).rejects.toMatchObject(unauthenticated);
      });

      test('are kept as a hash only, and nowhere else', async () => {
        await createUser('mia');
        const { secret, token } = await tokenOf('mia');
        expect(JSON.stringify([await events(), token])).not.toContain(secret.slice(10));
        expect(token.shownPrefix).toBe(secret.slice(0, 10));
        const kept = await deps.store.read(({ apiTokens }) => apiTokens.find(token.tokenId));
        expect(JSON.stringify(kept)).not.toContain(secret.slice(10));
      });

      test('end when they expire, are revoked, or their owner is disabled', async () => {
        const mia = await createUser('mia');
        const { secret, token } = await tokenOf('mia');
        const use = () => as({ kind: 'bearer', token: secret });
        deps.clock.advance(90 * DAY_MS - 1);
        await use();
        deps.clock.advance(1);
        await expect(use()).rejects.toMatchObject(unauthenticated);
        deps.clock.advance(-DAY_MS);
        await editSubject(deps, LOCAL_ACTOR, { subjectId: mia.subjectId, isDisabled: true });
        await expect(use()).rejects.toMatchObject(unauthenticated);
        await editSubject(deps, LOCAL_ACTOR, { subjectId: mia.subjectId, isDisabled: false });
        await use();
        await revokeApiToken(deps, await withPassword('mia'), token.tokenId);
        await revokeApiToken(deps, await withPassword('mia'), token.tokenId);
        await expect(use()).rejects.toMatchObject(unauthenticated);
        expect((await actions()).filter((action) => action === 'api_token.revoke')).toHaveLength(1);
      });

      test('what is no token asks the database nothing', async () => {
        for (const token of ['', 'frt_', 'x'.repeat(53), `frt_${'0'.repeat(49)}`])
          await expect(as({ kind: 'bearer', token })).rejects.toMatchObject(unauthenticated);
      });

      test('note when they were used', async () => {
        await createUser('mia');
        const { secret, token } = await tokenOf('mia');
        await as({ kind: 'bearer', token: secret });
        expect(deps.tokenUses.take()).toEqual(new Map([[token.tokenId, deps.clock.now()]]));
        expect(deps.tokenUses.take().size).toBe(0);
      });

      test('make no tokens', async () => {
        await createUser('mia');
        const { secret } = await tokenOf('mia', { scopes: ['read', 'write', 'approve', 'admin'] });
        const actor = await as({ kind: 'bearer', token: secret });
        const input = { subjectId: null, name: 'x', scopes: ['read'], modelPattern: null, lifetimeMs: null };
        await expect(createApiToken(deps, actor, input)).rejects.toMatchObject({ code: 'permission_denied' });
      });

      test('of a service account are its owner’s and an admin’s to make, see and revoke, of nobody else', async () => {
        const mia = await createUser('mia');
        await createUser('ben');
        const bot = await createBot('ci-bot', mia.subjectId);
        const { token } = await tokenOf('mia', { subjectId: bot.subjectId });
        const page = { subjectId: bot.subjectId, offset: 0, limit: 10 };
        expect(await listApiTokens(deps, await withPassword('mia'), page)).toEqual([token]);
        const ben = await withPassword('ben');
        const absent = { code: 'resource_not_found' };
        await expect(listApiTokens(deps, ben, page)).rejects.toMatchObject(absent);
        await expect(revokeApiToken(deps, ben, token.tokenId)).rejects.toMatchObject(absent);
        await expect(tokenOf('ben', { subjectId: bot.subjectId })).rejects.toMatchObject(absent);
        expect(await listApiTokens(deps, LOCAL_ACTOR, page)).toEqual([token]);
      });

      test.each([
        [{ scopes: [] }, 'one or more of the scopes'],
        [{ scopes: ['all'] }, 'one or more of the scopes'],
        [{ lifetimeMs: 59_999 }, 'one minute to 366 days'],
        [{ lifetimeMs: 367 * DAY_MS }, 'one minute to 366 days'],
        [{ lifetimeMs: Number.NaN }, 'one minute to 366 days'],
        [{ name: '' }, '1 to 128 printable characters'],
        [{ name: 'a\nb' }, '1 to 128 printable characters'],
      ])('with %j are refused', async (change, sentence) => {
        await createUser('mia');
        await expect(tokenOf('mia', change)).rejects.toThrow(sentence);
      });
    });

    describe('sessions', () => {
      test('begin with the password, and end when they are ended, old, or the account changes', async () => {
        const mia = await createUser('mia');
        const begin = () => signIn(deps, { name: 'mia', password: PASSWORD }, CLIENT);
        const use = ({ secret }: { secret: string }) => as({ kind: 'session', secret });
        const first = await begin();
        expect(await use(first)).toMatchObject({ subjectId: mia.subjectId, token: null });
        await endSession(deps, first.secret, CLIENT);
        await endSession(deps, first.secret, CLIENT);
        await expect(use(first)).rejects.toMatchObject(unauthenticated);

        const second = await begin();
        deps.clock.advance(second.expiresAtMs - deps.clock.now());
        await expect(use(second)).rejects.toMatchObject(unauthenticated);

        const third = await begin();
        const password = `${PASSWORD}-two`;
        await changePassword(deps, await use(third), { present: PASSWORD, password });
        await expect(use(third)).rejects.toMatchObject(unauthenticated);

        const fourth = await signIn(deps, { name: 'mia', password }, CLIENT);
        await editSubject(deps, LOCAL_ACTOR, { subjectId: mia.subjectId, isDisabled: true });
        await editSubject(deps, LOCAL_ACTOR, { subjectId: mia.subjectId, isDisabled: false });
        await expect(use(fourth)).rejects.toMatchObject(unauthenticated);
        expect((await actions()).filter((action) => action.startsWith('session'))).toEqual([
          'session.create',
          'session.create',
          'session.create',
          'session.create',
          'session.delete',
        ]);
      });

      test('changing the password wants the present one', async () => {
        await createUser('mia');
        const mia = await withPassword('mia');
        const change = changePassword(deps, mia, { present: 'guess', password: `${PASSWORD}-two` });
        await expect(change).rejects.toThrow('The present password is wrong.');
        await withPassword('mia');
      });
    });

    describe('accounts', () => {
      test('are managed by admins alone', async () => {
        await createUser('mia');
        const mia = await withPassword('mia');
        const denied = { code: 'permission_denied' };
        const input = { name: 'x', kind: 'user' as const, ownerId: null, password: PASSWORD };
        await expect(createSubject(deps, mia, input)).rejects.toMatchObject(denied);
        await expect(listSubjects(deps, mia, { after: null, limit: 1 })).rejects.toMatchObject(denied);
        await expect(eraseSubject(deps, mia, mia.subjectId)).rejects.toMatchObject(denied);
        await expect(
          resetPassword(deps, mia, { subjectId: mia.subjectId, password: PASSWORD }),
        ).rejects.toMatchObject(denied);
      });

      test('have a name that nobody else has, in whatever case', async () => {
        await createUser('Mia');
        await expect(createUser('mIA')).rejects.toMatchObject({ code: 'resource_exists' });
      });

      test('the last admin can be neither disabled nor have the grant taken back', async () => {
        const mia = await createUser('mia');
        const grant = await makeAdmin(mia.subjectId);
        const conflict = { code: 'resource_conflict' };
        await expect(
          editSubject(deps, LOCAL_ACTOR, { subjectId: mia.subjectId, isDisabled: true }),
        ).rejects.toMatchObject(conflict);
        await expect(deleteGrant(deps, LOCAL_ACTOR, grant.grantId)).rejects.toMatchObject(conflict);
        await expect(eraseSubject(deps, LOCAL_ACTOR, mia.subjectId)).rejects.toMatchObject(conflict);
        await withPassword('mia');
        await makeAdmin((await createUser('ben')).subjectId);
        await deleteGrant(deps, LOCAL_ACTOR, grant.grantId);
      });

      test('that are erased leave an id, in events too', async () => {
        const mia = await createUser('mia');
        await withPassword('mia');
        await eraseSubject(deps, LOCAL_ACTOR, mia.subjectId);
        await expect(withPassword('mia')).rejects.toMatchObject(unauthenticated);
        const told = JSON.stringify(await events());
        expect(told).toContain(mia.subjectId);
        expect(told).not.toContain('mia');
        await createUser('mia');
      });

      test('service accounts have an owner, who is a user in service', async () => {
        const mia = await createUser('mia');
        const bot = await createBot('bot', mia.subjectId);
        for (const owner of [bot.subjectId, 'nobody', 'local'])
          await expect(createBot('other', owner)).rejects.toThrow('A service account has an owner');
        await expect(
          createSubject(deps, LOCAL_ACTOR, {
            name: 'x',
            kind: 'service_account',
            ownerId: null,
            password: null,
          }),
        ).rejects.toThrow('A service account has an owner');
        const ben = await createUser('ben');
        const moved = await editSubject(deps, LOCAL_ACTOR, {
          subjectId: bot.subjectId,
          ownerId: ben.subjectId,
        });
        expect(moved.ownerId).toBe(ben.subjectId);
      });
    });
  });
