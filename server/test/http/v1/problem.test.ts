import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RegistryError } from '../../../src/domain/errors.ts';
import { describeFailure, PROBLEM_STATUS, toProblemDocument } from '../../../src/http/v1/problem.ts';
import { problemOf, type V1Client, v1Client } from './v1-client.ts';

let v1: V1Client;
beforeAll(async () => {
  v1 = await v1Client();
});
afterAll(() => v1[Symbol.asyncDispose]());

describe('what is refused before an endpoint sees it', () => {
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/xml'])(
    'a body of type %s is 415',
    async (type) => {
      const answer = await v1.send('POST', '/models/register', {
        body: 'x',
        headers: { 'content-type': type },
      });
      expect(problemOf(answer)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    },
  );

  test('a call without a body may declare the type of the body that it has not', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await v1.send('DELETE', '/models/absent', { body: '', headers });
    expect(problemOf(answer)).toMatchObject({ status: 404, code: 'model_not_found' });
    const empty = await v1.send('POST', '/models/transition', { body: '', headers });
    expect(problemOf(empty)).toMatchObject({ status: 400, detail: 'The body is empty; send a JSON object.' });
  });

  test('JSON with a charset is JSON', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const answer = await v1.send('POST', '/models/transition', { body: '{"model_name":"absent"}', headers });
    expect(problemOf(answer)).toMatchObject({ status: 404, code: 'model_not_found' });
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '"x"',
    '1',
    '{"model_name":NaN}',
    '{"model_name":"a","model_name":"b"}',
    '{"model_name":"a\\u0000"}',
    '{"model_name":"\\ud800"}',
    '{"metrics":{"a":1e999}}',
    `${'['.repeat(200)}${']'.repeat(200)}`,
    `{"model_name":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
  ])('the body %.40s is 400', async (body) => {
    const answer = await v1.send('POST', '/models/register', { body });
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'invalid_argument' });
  });

  test('no body at all is 400', async () => {
    expect(problemOf(await v1.send('POST', '/models/register'))).toMatchObject({
      status: 400,
      detail: 'A body is required; send a JSON object.',
    });
  });

  test('a body beyond the limit is 413', async () => {
    const answer = await v1.send('POST', '/models/register', { body: `"${'x'.repeat(33 * 1024 * 1024)}"` });
    expect(problemOf(answer)).toMatchObject({ status: 413, code: 'payload_too_large' });
  });

  test('megabytes of text in a field are refused with a short answer', async () => {
    const huge = 'x'.repeat(5_000_000);
    for (const body of [
      { model_name: huge, model_type: 'sklearn' },
      { model_name: 'm', model_type: huge },
      { model_name: 'm', model_type: 'sklearn', [huge]: 1 },
      { model_name: 'm', model_type: 'sklearn', description: huge },
      { model_name: 'm', model_type: 'sklearn', metrics: { [huge]: 1 } },
    ]) {
      const answer = await v1.post('/models/register', body);
      expect(problemOf(answer).status).toBe(400);
      expect(answer.text.length).toBeLessThan(10_000);
    }
    const absent = await v1.transition(huge, 1, 'staging');
    expect(problemOf(absent).status).toBe(404);
    expect(absent.text.length).toBeLessThan(10_000);
  });
});

describe('paths that are none', () => {
  test.each(['', '/', '/model', '/models/m/n/o', '/models/m/versions/1/seal/x', '/Models'])(
    'GET /api/v1%s is 404 with a problem',
    async (path) => {
      expect(problemOf(await v1.get(path))).toMatchObject({ status: 404, code: 'endpoint_not_found' });
    },
  );

  test('another method than those of the path is 405 with Allow', async () => {
    const answer = await v1.send('PUT', '/models/transition', { body: {} });
    expect(problemOf(answer)).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(answer.headers['allow']).toBe('DELETE, GET, HEAD, PATCH, POST');
    expect((await v1.send('OPTIONS', '/models')).headers['allow']).toBe('GET, HEAD');
  });
});

describe('the table of problems', () => {
  test('an unknown failure is a 500 that says nothing about its cause', () => {
    const internal = describeFailure(
      new RegistryError('unavailable', { message: 'The database does not answer.' }),
    );
    expect(internal).toMatchObject({ status: 503, code: 'unavailable' });
    expect([...PROBLEM_STATUS.values()].filter((status) => status >= 500)).toEqual([501, 503, 507]);
  });

  test('a document never holds more than a hundred errors, nor long texts', () => {
    const problems = Array.from({ length: 500 }, () => ({
      path: 'p'.repeat(5_000),
      message: 'm'.repeat(5_000),
    }));
    const failure = new RegistryError('invalid_argument', { message: 'x'.repeat(5_000), problems });
    const document = toProblemDocument(describeFailure(failure), 'r');
    expect(document.errors).toHaveLength(101);
    expect(document.errors?.at(-1)?.message).toBe('At least 400 more problems are not listed.');
    expect(JSON.stringify(document).length).toBeLessThan(210_000);
  });

  test('every problem is counted, of few and of thousands', async () => {
    for (const [unknown, listed, last] of [
      [20, 21, 'Unknown field'],
      [5_000, 101, 'At least 4900 more problems are not listed.'],
    ] as const) {
      const fields = Object.fromEntries(Array.from({ length: unknown }, (_, i) => [`f${i}`, 1]));
      const answer = await v1.post('/models/register', { model_type: 'sklearn', ...fields });
      const errors = answer.body['errors'] as { message: string }[];
      expect(errors).toHaveLength(listed);
      expect(errors.at(-1)?.message).toContain(last);
    }
    const metrics = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`m${i}`, true]));
    const many = await v1.post('/models/register', { model_name: 'm', model_type: 'sklearn', metrics });
    expect(many.body['errors']).toHaveLength(101);
  });
});
