import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/domain/actor.ts';
import { LOCAL_ACTOR } from '../../../src/domain/actor.ts';
import { openFernet, parseFernetKey } from '../../../src/host/fernet.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { localWebhooks, receiver, TEST_KEY, testWebhooks } from '../../support/webhooks.ts';
import { absent, missing, NOTHING, refused, registryClient, wrongType } from './registry-client.ts';

const EVENT = { entity: 'REGISTERED_MODEL', action: 'CREATED' };
const URL = 'https://example.org/hook';
const NOWHERE = 'Webhook with ID nowhere not found.';
const BAD_NAME =
  'is invalid. It must start and end with a letter or digit, be less than 63 characters long, and contain only ' +
  'letters, digits, dots (.), underscores (_), and hyphens (-).';

let server: TestApp;
const { get, post, patch, remove } = registryClient(() => server);
const browser = registryClient(() => server, '/ajax-api/2.0/mlflow');

const create = (change: object = {}) => post('webhooks', { name: 'a', url: URL, events: [EVENT], ...change });
const idOf = async (change: object = {}): Promise<string> => (await create(change)).body.webhook.webhook_id;
const stored = (id: string) =>
  server.database.engine.db
    .selectFrom('webhooks')
    .selectAll()
    .where('webhook_id', '=', id)
    .executeTakeFirst();

beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

describe('createWebhook', () => {
  test('answers the webhook with its defaults', async () => {
    expect(await create()).toEqual({
      status: 200,
      body: {
        webhook: {
          webhook_id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
          name: 'a',
          url: URL,
          events: [EVENT],
          status: 'ACTIVE',
          creation_timestamp: server.clock.now(),
          last_updated_timestamp: server.clock.now(),
        },
      },
    });
  });

  test('keeps all that it is given, events by entity and action, and never shows the secret', async () => {
    const { status, body } = await create({
      description: 'd',
      secret: 's3cret-ü',
      status: 'DISABLED',
      events: [
        { entity: 'PROMPT', action: 'CREATED' },
        { entity: 'MODEL_VERSION_TAG', action: 'SET' },
        { entity: 4, action: '3' },
      ],
    });
    expect([status, body.webhook]).toMatchObject([
      200,
      {
        description: 'd',
        status: 'DISABLED',
        events: [
          { entity: 'MODEL_VERSION_ALIAS', action: 'DELETED' },
          { entity: 'MODEL_VERSION_TAG', action: 'SET' },
          { entity: 'PROMPT', action: 'CREATED' },
        ],
      },
    ]);
    const row = await stored(body.webhook.webhook_id);
    expect(row?.secret).not.toContain('s3cret');
    expect(openFernet(parseFernetKey(TEST_KEY), row?.secret ?? '')).toBe('s3cret-ü');
    const shown = JSON.stringify([body, await get('webhooks'), server.log]);
    expect(shown).not.toContain('s3cret');
    expect(shown).not.toContain(row?.secret);
  });

  test.each([
    ['name', undefined, missing('name')],
    ['name', '', missing('name')],
    ['name', 5, wrongType('name', '5', 'int')],
    ['name', '-bad', refused(`Webhook name '-bad' ${BAD_NAME}`)],
    ['name', 'a'.repeat(64), refused(`Webhook name '${'a'.repeat(64)}' ${BAD_NAME}`)],
    ['url', null, missing('url')],
    ['url', ' ', refused("Webhook URL cannot be empty or just whitespace: ' '")],
    ['url', 'http://x/', refused("Invalid webhook URL scheme: 'http'. Allowed schemes are: https.")],
    ['url', 'https:///x', refused("Webhook URL must include a hostname: 'https:///x'")],
    ['url', `https://x/${'x'.repeat(500)}`, refused("'url' exceeds the maximum length of 500 characters")],
    ['events', undefined, missing('events')],
    ['events', 'x', wrongType('events', '"x"', 'str')],
    ['events', [], refused('Webhook events must be a non-empty list of WebhookEvent objects: [].')],
    ['events', [{}], missing('events[0].entity')],
    ['events', [{ entity: 'PROMPT' }], missing('events[0].action')],
    ['events', [{ entity: 'FOO', action: 'SET' }], wrongType('events[0].entity', '"FOO"', 'str')],
    ['events', [{ entity: 99, action: 1 }], wrongType('events[0].entity', '99', 'int')],
    [
      'events',
      [{ entity: 'PROMPT', action: 'SET' }],
      refused("Invalid action 'set' for entity 'prompt'. Valid actions are: ['created']"),
    ],
    ['events', [EVENT, EVENT], refused("Webhook event 'registered_model.created' is given twice.")],
    ['description', 'x'.repeat(1001), refused("'description' exceeds the maximum length of 1000 characters")],
    ['secret', 5, wrongType('secret', '5', 'int')],
    ['secret', 'ü'.repeat(344), refused("'secret' exceeds the maximum length of 687 bytes")],
    ['status', 0, wrongType('status', '0', 'int')],
  ])('%s %j is refused', async (field, value, answer) => {
    const before = (await get('webhooks', { max_results: '1000' })).body;
    expect(await create({ [field]: value })).toEqual(answer);
    expect((await get('webhooks', { max_results: '1000' })).body).toEqual(before);
  });

  test.each(['', 'FOO', null])('the status %j is as if it were unset', async (status) => {
    expect((await create({ status })).body.webhook.status).toBe('ACTIVE');
  });

  test('the longest of everything is kept', async () => {
    const longest = {
      name: 'a'.repeat(63),
      url: `${URL}/`.padEnd(500, 'x'),
      description: '🐔'.repeat(1_000),
      secret: 'x'.repeat(687),
    };
    const { body } = await create(longest);
    const { secret: _, ...shown } = longest;
    expect(body.webhook).toMatchObject(shown);
    expect((await stored(body.webhook.webhook_id))?.secret?.length).toBeLessThanOrEqual(1_000);
  });
});

describe('hosts', () => {
  const asking = async (resolve: () => Promise<{ address: string; family: number }[]>, url = URL) => {
    await using app = await testApp({ webhooks: testWebhooks({ egress: { resolve } }) });
    return await registryClient(() => app).post('webhooks', { name: 'a', url, events: [EVENT] });
  };
  const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

  test('one that leads inside is refused in MLflow’s words, by name or address', async () => {
    const inside = async () => [{ address: '10.0.0.7', family: 4 }];
    expect(await asking(inside)).toEqual(
      refused("Webhook URL must not resolve to a non-public IP address. 'example.org' resolves to 10.0.0.7."),
    );
    expect(await asking(inside, 'https://[::ffff:127.0.0.1]/')).toEqual(
      refused(
        "Webhook URL must not resolve to a non-public IP address. '::ffff:7f00:1' resolves to ::ffff:7f00:1.",
      ),
    );
    expect(await asking(inside, 'https://0x7f.1/')).toEqual(
      refused("Webhook URL must not resolve to a non-public IP address. '127.0.0.1' resolves to 127.0.0.1."),
    );
  });

  test('one that has no address is refused in MLflow’s words', async () => {
    expect(await asking(failing('ENOTFOUND'))).toEqual(
      refused("Cannot resolve Webhook URL hostname 'example.org': [Errno -2] Name or service not known"),
    );
    expect(await asking(failing('EAI_AGAIN'))).toEqual(
      refused(
        "Cannot resolve Webhook URL hostname 'example.org': [Errno -3] Temporary failure in name resolution",
      ),
    );
  });

  test('where private addresses are allowed nothing is looked up', async () => {
    await using app = await testApp({
      webhooks: testWebhooks({ egress: { allowPrivate: true, resolve: failing('ENOTFOUND') } }),
    });
    const answer = await registryClient(() => app).post('webhooks', { name: 'a', url: URL, events: [EVENT] });
    expect(answer.status).toBe(200);
  });

  test('an update is held to the same', async () => {
    const id = await idOf();
    expect(await patch(`webhooks/${id}`, { url: 'https://192.168.0.1/' })).toEqual(
      refused(
        "Webhook URL must not resolve to a non-public IP address. '192.168.0.1' resolves to 192.168.0.1.",
      ),
    );
  });
});

describe('secrets', () => {
  test('a server without a key refuses them, and keeps webhooks without', async () => {
    await using app = await testApp({ webhooks: testWebhooks({ key: null }) });
    const client = registryClient(() => app);
    const body = { name: 'a', url: URL, events: [EVENT] };
    const refusal = refused(
      'This server cannot keep the secret of a webhook: it is started without MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY.',
    );
    expect(await client.post('webhooks', { ...body, secret: 's' })).toEqual(refusal);
    const made = await client.post('webhooks', { ...body, secret: '' });
    expect(made.status).toBe(200);
    expect(await client.patch(`webhooks/${made.body.webhook.webhook_id}`, { secret: 's' })).toEqual(refusal);
  });

  test('an update sets one, an empty one removes it, an absent one leaves it', async () => {
    const id = await idOf({ secret: 'first' });
    const sealed = async () => (await stored(id))?.secret ?? null;
    const first = await sealed();
    await patch(`webhooks/${id}`, { name: 'b', secret: null });
    expect(await sealed()).toBe(first);
    await patch(`webhooks/${id}`, { secret: 'second' });
    expect(openFernet(parseFernetKey(TEST_KEY), (await sealed()) ?? '')).toBe('second');
    await patch(`webhooks/${id}`, { secret: '' });
    expect(await sealed()).toBeNull();
  });
});

describe('getWebhook', () => {
  test('answers it as it was created, through both prefixes', async () => {
    const { body } = await create({ description: 'd' });
    const path = `webhooks/${body.webhook.webhook_id}`;
    expect(await get(path)).toEqual({ status: 200, body });
    expect(await browser.get(path)).toEqual({ status: 200, body });
  });

  test('what is absent is told so', async () => {
    expect(await get('webhooks/nowhere')).toEqual(absent(NOWHERE));
  });
});

describe('listWebhooks', () => {
  test('pages from the newest on, with MLflow’s tokens', async () => {
    await using app = await testApp();
    const client = registryClient(() => app);
    expect(await client.get('webhooks')).toEqual(NOTHING);
    for (const name of ['a', 'b', 'c']) {
      await client.post('webhooks', { name, url: URL, events: [EVENT] });
      app.clock.advance(1);
    }
    const names = async (query: Record<string, string>) => {
      const { body } = await client.get('webhooks', query);
      return [body.webhooks?.map((webhook: { name: string }) => webhook.name), body.next_page_token];
    };
    expect(await names({ max_results: '2' })).toEqual([['c', 'b'], 'eyJvZmZzZXQiOiAyfQ==']);
    expect(await names({ max_results: '2', page_token: 'eyJvZmZzZXQiOiAyfQ==' })).toEqual([['a'], undefined]);
    expect(await names({ max_results: '3' })).toEqual([['c', 'b', 'a'], undefined]);
    expect(await names({ max_results: '0', page_token: '' })).toEqual([['c', 'b', 'a'], undefined]);
    expect(await names({ max_results: '1', page_token: 'eyJvZmZzZXQiOiA5fQ==' })).toEqual([
      undefined,
      undefined,
    ]);
  });

  test.each([
    [{ max_results: '-1' }, refused('max_results must be between 1 and 1000.')],
    [{ max_results: '1001' }, refused('max_results must be between 1 and 1000.')],
    [{ max_results: 'abc' }, wrongType('max_results', '"abc"', 'str')],
    [{ page_token: 'zzz' }, refused('Invalid page token, could not base64-decode')],
    [{ page_token: 'eyJvZmZzZXQiOiAwfQ==' }, refused("Invalid page token, parsed value={'offset': 0}")],
  ])('%j is refused', async (query, answer) => {
    expect(await get('webhooks', query)).toEqual(answer);
  });
});

describe('updateWebhook', () => {
  test('changes what is given and the time, and leaves the rest, the status too', async () => {
    const { body } = await create({ description: 'd', status: 'DISABLED' });
    const path = `webhooks/${body.webhook.webhook_id}`;
    server.clock.advance(5);
    const now = server.clock.now();
    expect(await patch(path, {})).toEqual({
      status: 200,
      body: { webhook: { ...body.webhook, last_updated_timestamp: now } },
    });
    const events = [{ entity: 'PROMPT_TAG', action: 'DELETED' }];
    const change = { name: 'n', url: 'https://n.example/', events, description: 'e', status: 'ACTIVE' };
    const changed = { ...body.webhook, ...change, last_updated_timestamp: now };
    expect((await browser.patch(path, change)).body.webhook).toEqual(changed);
    expect((await get(path)).body.webhook).toEqual(changed);
  });

  test('an empty name, URL or list of events changes nothing; an empty description goes', async () => {
    const { body } = await create({ description: 'd' });
    const path = `webhooks/${body.webhook.webhook_id}`;
    expect((await patch(path, { name: '', url: '', events: [], status: 'FOO' })).body).toEqual(body);
    const { description: _, ...rest } = body.webhook;
    expect((await patch(path, { description: '' })).body.webhook).toEqual(rest);
  });

  test('bad values are refused as at creation, and what is absent is told first', async () => {
    const path = `webhooks/${await idOf()}`;
    expect(await patch(path, { name: '-x' })).toEqual(refused(`Webhook name '-x' ${BAD_NAME}`));
    expect(await patch(path, { url: 'ftp://x' })).toEqual(
      refused("Invalid webhook URL scheme: 'ftp'. Allowed schemes are: https."),
    );
    expect(await patch(path, { events: [EVENT, EVENT] })).toEqual(
      refused("Webhook event 'registered_model.created' is given twice."),
    );
    expect(await patch('webhooks/nowhere', { name: '-x' })).toEqual(absent(NOWHERE));
  });
});

describe('deleteWebhook', () => {
  test('makes it absent', async () => {
    const id = await idOf();
    expect(await remove(`webhooks/${id}`, {})).toEqual(NOTHING);
    const gone = absent(`Webhook with ID ${id} not found.`);
    expect(await remove(`webhooks/${id}`, {})).toEqual(gone);
    expect(await get(`webhooks/${id}`)).toEqual(gone);
    expect(await patch(`webhooks/${id}`, {})).toEqual(gone);
    expect(await post(`webhooks/${id}/test`, {})).toEqual(gone);
  });
});

describe('testWebhook', () => {
  const trying = async (url: string, body: object = {}, settings = {}, change: object = {}) => {
    await using app = await testApp({ webhooks: localWebhooks(settings) });
    const client = registryClient(() => app);
    const made = await client.post('webhooks', { name: 'a', url, events: [EVENT], ...change });
    return await client.post(`webhooks/${made.body.webhook.webhook_id}/test`, body);
  };

  test('sends the example of the first event, signed, and shows the status but not what was said', async () => {
    await using inside = await receiver();
    expect(await trying(inside.url, {}, {}, { secret: 'topsecret', status: 'DISABLED' })).toEqual({
      status: 200,
      body: { result: { success: true, response_status: 200, response_body: '' } },
    });
    const [request] = inside.received;
    expect(JSON.parse(request?.body ?? '')).toEqual({
      entity: 'registered_model',
      action: 'created',
      timestamp: '2026-03-04T06:00:00.000000+00:00',
      data: {
        name: 'example_model',
        tags: { example_key: 'example_value' },
        description: 'An example registered model',
      },
    });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-mlflow-timestamp': '1772604000',
      'x-mlflow-delivery-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-mlflow-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    });
  });

  test('sends the example of another event when one is named, and no signature without a secret', async () => {
    await using inside = await receiver();
    await trying(inside.url, { event: { entity: 'PROMPT_ALIAS', action: 'DELETED' } });
    expect(JSON.parse(inside.received[0]?.body ?? '')).toMatchObject({
      entity: 'prompt_alias',
      action: 'deleted',
      data: { name: 'example_prompt', alias: 'example_alias' },
    });
    expect(inside.received[0]?.headers).not.toHaveProperty('x-mlflow-signature');
  });

  test('shows the beginning of the answer where the operator wants it', async () => {
    await using inside = await receiver(() => ({
      status: 201,
      body: `${'x'.repeat(1_023)}ü${'y'.repeat(9)}`,
    }));
    const { body } = await trying(inside.url, {}, { showResponse: true });
    expect(body.result).toMatchObject({ success: true, response_status: 201 });
    expect(body.result.response_body.length).toBeLessThanOrEqual(1_024);
  });

  test.each([
    [404, undefined],
    [500, undefined],
    [302, 'Failed to test webhook: redirects are not followed.'],
  ])('an answer %d is no success', async (status, error) => {
    await using inside = await receiver(() => ({ status, headers: { location: '/inner' } }));
    expect((await trying(inside.url)).body.result).toEqual({
      success: false,
      response_status: status,
      response_body: '',
      ...(error !== undefined && { error_message: error }),
    });
    expect(inside.received).toHaveLength(1);
  });

  test('what cannot be reached or is not allowed any more is told in a few words', async () => {
    const inside = await receiver();
    await inside[Symbol.asyncDispose]();
    expect((await trying(inside.url)).body.result).toEqual({
      success: false,
      error_message: 'Failed to test webhook: the connection was refused',
    });
  });

  test('a host that led outside and leads inside now is not sent to', async () => {
    await using inside = await receiver();
    let address = '93.184.216.34';
    await using app = await testApp({
      webhooks: testWebhooks({
        egress: { resolve: async () => [{ address, family: 4 }] },
        settings: { schemes: ['http'] },
      }),
    });
    const client = registryClient(() => app);
    const url = `http://rebound.example.org:${inside.port}/`;
    const made = await client.post('webhooks', { name: 'a', url, events: [EVENT] });
    address = '127.0.0.1';
    expect((await client.post(`webhooks/${made.body.webhook.webhook_id}/test`, {})).body.result).toEqual({
      success: false,
      error_message:
        "Failed to test webhook: Webhook URL must not resolve to a non-public IP address. 'rebound.example.org' resolves to 127.0.0.1.",
    });
    expect(inside.received).toEqual([]);
  });

  test.each([
    [{ event: { entity: 'FOO', action: 'SET' } }, wrongType('event.entity', '"FOO"', 'str')],
    [{ event: {} }, missing('event.entity')],
    [{ event: 'x' }, wrongType('event', '"x"', 'str')],
    [
      { event: { entity: 'PROMPT', action: 'SET' } },
      refused("Invalid action 'set' for entity 'prompt'. Valid actions are: ['created']"),
    ],
  ])('%j is refused', async (body, answer) => {
    expect(await post(`webhooks/${await idOf()}/test`, body)).toEqual(answer);
  });
});

test('webhooks are for administrators of all models', async () => {
  const id = await idOf();
  const grant = { resource: 'model', pattern: '*' } as const;
  const actor = (grants: Actor['grants']): Actor => ({
    subjectId: 'ada',
    kind: 'user',
    displayName: 'ada',
    grants,
  });
  const attempts = () => [
    create(),
    get('webhooks'),
    get(`webhooks/${id}`),
    patch(`webhooks/${id}`, { name: 'x' }),
    post(`webhooks/${id}/test`, {}),
    remove(`webhooks/${id}`, {}),
  ];
  try {
    for (const grants of [
      [],
      [{ ...grant, role: 'approver' as const }],
      [{ ...grant, role: 'admin' as const, pattern: 'team-*' }],
    ]) {
      server.actAs(actor(grants));
      for (const answer of await Promise.all(attempts())) expect(answer.status).toBe(403);
    }
    server.actAs(actor([{ ...grant, role: 'admin' }]));
    expect((await get(`webhooks/${id}`)).status).toBe(200);
  } finally {
    server.actAs(LOCAL_ACTOR);
  }
});
