import { describe, expect, test } from 'vitest';
import { problemOf, v1Client } from './v1-client.ts';

describe('setAlias', () => {
  test('creates the alias, moves it, and takes both names of a version', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    await v1.register('m');
    const set = (version: unknown) => v1.send('PUT', '/models/m/aliases/champion', { body: { version } });
    expect((await set(1)).body).toEqual({ success: true, model_name: 'm', alias: 'champion', version: 1 });
    expect((await set('1.1.0')).body['version']).toBe(2);
    expect((await v1.get('/models/m?alias=champion')).body).toMatchObject({
      version: 2,
      aliases: ['champion'],
    });
    expect((await v1.get('/models/m/versions/1')).body['aliases']).toEqual([]);
    expect(problemOf(await set(9)).code).toBe('version_not_found');
    for (const version of ['01', null, true, 0]) expect(problemOf(await set(version)).status).toBe(400);
  });

  test.each(['latest', 'v1', 'a b', 'a.b', 'a%2Fb', 'x'.repeat(256)])(
    'the alias %s is refused',
    async (alias) => {
      await using v1 = await v1Client();
      await v1.register('m');
      const answer = await v1.send('PUT', `/models/m/aliases/${alias.replace(' ', '%20')}`, {
        body: { version: 1 },
      });
      expect(problemOf(answer)).toMatchObject({ status: 400, code: 'invalid_argument' });
    },
  );
});

describe('deleteAlias', () => {
  test('takes the alias away; an absent one is fine, an absent model is not', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    await v1.send('PUT', '/models/m/aliases/champion', { body: { version: 1 } });
    for (let i = 0; i < 2; i += 1)
      expect((await v1.send('DELETE', '/models/m/aliases/champion')).body).toEqual({
        success: true,
        model_name: 'm',
        alias: 'champion',
      });
    expect(problemOf(await v1.get('/models/m?alias=champion')).code).toBe('alias_not_found');
    expect(problemOf(await v1.send('DELETE', '/models/x/aliases/champion')).code).toBe('model_not_found');
  });
});
