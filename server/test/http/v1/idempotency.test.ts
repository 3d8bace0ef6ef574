import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../../src/domain/actor.ts';
import { beginCall } from '../../../src/operations/idempotency.ts';
import { paths, problemOf, type V1Client, v1Client } from './v1-client.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const PATH = '/models/register';
const BODY = { model_name: 'm', model_type: 'sklearn' };

const post = (v1: V1Client, key: string, body: unknown = BODY, path = PATH) =>
  v1.send('POST', path, { body, headers: { 'idempotency-key': key } });

const total = async (v1: V1Client) => (await v1.get('/models/m/versions')).body['total_versions'];

test('the same request again is answered the same and changes nothing', async () => {
  await using v1 = await v1Client();
  const first = await post(v1, 'k1');
  expect(first).toMatchObject({ status: 201, body: { version: 1 } });
  expect(first.headers).not.toHaveProperty('idempotency-replayed');
  const again = await post(v1, 'k1');
  expect(again).toMatchObject({ status: 201, text: first.text });
  expect(again.headers).toMatchObject({
    'idempotency-replayed': 'true',
    'content-type': first.headers['content-type'],
  });
  expect(await total(v1)).toBe(1);
  expect((await post(v1, 'k2')).body['version']).toBe(2);
});

test('a refusal is kept, too, also when the request would succeed by now', async () => {
  await using v1 = await v1Client();
  const move = { model_name: 'm', version: 1, new_stage: 'staging' };
  const first = await post(v1, 'k', move, '/models/transition');
  expect(problemOf(first).code).toBe('model_not_found');
  await v1.register('m');
  const again = await post(v1, 'k', move, '/models/transition');
  expect(problemOf(again)).toEqual(problemOf(first));
  expect(again).toMatchObject({ text: first.text, headers: { 'idempotency-replayed': 'true' } });
});

test('the key with another body is refused, and the first answer stays', async () => {
  await using v1 = await v1Client();
  const first = await post(v1, 'k');
  const other = await post(v1, 'k', { ...BODY, description: 'x' });
  expect(problemOf(other)).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  expect((await post(v1, 'k')).text).toBe(first.text);
  expect(await total(v1)).toBe(1);
});

test('a key belongs to one actor and one path', async () => {
  await using v1 = await v1Client();
  await post(v1, 'k');
  expect((await post(v1, 'k', undefined, '/models/m/versions/1/seal')).body['seal']).toBe('sealed');
  v1.server.actAs({ ...LOCAL_ACTOR, subjectId: 'someone' });
  expect((await post(v1, 'k')).body['version']).toBe(2);
});

test('of the same requests at once one runs, and the others are answered the same or told to wait', async () => {
  await using v1 = await v1Client();
  const answers = await Promise.all(Array.from({ length: 6 }, () => post(v1, 'k')));
  for (const { status, body } of answers)
    expect([status, body['version'] ?? body['code']]).toEqual(
      status === 409 ? [409, 'idempotency_key_running'] : [201, 1],
    );
  expect(await total(v1)).toBe(1);
});

test('a request that still runs, or was cut off, does not run again', async () => {
  await using v1 = await v1Client();
  const call = { key: 'k', method: 'POST', path: `/api/v1${PATH}`, body: JSON.stringify(BODY) };
  await beginCall(v1.server.deps, LOCAL_ACTOR, call);
  expect(problemOf(await post(v1, 'k'))).toMatchObject({ status: 409, code: 'idempotency_key_running' });
  expect((await v1.get('/models')).body['total_models']).toBe(0);
});

test('a failure on our side is not kept', async () => {
  await using v1 = await v1Client();
  const { db } = v1.server.database.engine;
  const headers = { 'idempotency-key': 'k' };
  await sql`alter table registry_slot_intervals rename to away`.execute(db);
  const failed = await v1.server.app.inject({
    method: 'POST',
    url: `/api/v1${PATH}`,
    headers,
    payload: BODY,
  });
  expect(failed.statusCode).toBe(500);
  await sql`alter table away rename to registry_slot_intervals`.execute(db);
  const again = await post(v1, 'k');
  expect(again).toMatchObject({ status: 201, body: { version: 1 } });
  expect(again.headers).not.toHaveProperty('idempotency-replayed');
});

test('after a day the key is free, and what has expired is swept', async () => {
  await using v1 = await v1Client();
  await post(v1, 'old');
  await post(v1, 'k');
  v1.server.clock.advance(DAY_MS);
  expect((await post(v1, 'k')).headers['idempotency-replayed']).toBe('true');
  v1.server.clock.advance(1);
  expect((await post(v1, 'k')).body['version']).toBe(3);
  const { db } = v1.server.database.engine;
  expect(await db.selectFrom('registry_idempotency_keys').select('status').execute()).toEqual([
    { status: 201 },
  ]);
});

test.each(['', 'x'.repeat(256), 'ä'])('the key %j is refused', async (key) => {
  await using v1 = await v1Client();
  const answer = await post(v1, key);
  expect(problemOf(answer)).toMatchObject({ status: 400, code: 'invalid_argument' });
  expect(paths(answer)).toEqual(['Idempotency-Key']);
});

test('on other methods and unknown paths the key means nothing', async () => {
  await using v1 = await v1Client();
  await v1.register('m');
  const patch = (description: string) =>
    v1.send('PATCH', '/models/m', { body: { description }, headers: { 'idempotency-key': 'k' } });
  await patch('a');
  expect((await patch('b')).body['model']).toMatchObject({ description: 'b' });
  for (let i = 0; i < 2; i += 1) {
    const answer = await post(v1, 'k', {}, '/nowhere/at/all');
    expect(answer.status).toBe(404);
    expect(answer.headers).not.toHaveProperty('idempotency-replayed');
  }
});
