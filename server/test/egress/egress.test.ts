import { createServer, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { createEgress, type EgressOptions } from '../../src/egress/egress.ts';
import type { EgressOutcome } from '../../src/operations/ports/egress.ts';
import { RECEIVER_CERTIFICATE, RECEIVER_KEY, TEST_AUTHORITY } from '../support/tls.ts';
import { receiver } from '../support/webhooks.ts';

const LOOPBACK = { address: '127.0.0.1', family: 4 };
const PUBLIC = { address: '93.184.216.34', family: 4 };

const egress = (options: Partial<EgressOptions> = {}) =>
  createEgress({
    schemes: ['http', 'https'],
    allowPrivate: false,
    resolve: async () => [PUBLIC],
    ...options,
  });

/** Reaches this machine under any name. */
const inward = (options: Partial<EgressOptions> = {}) =>
  egress({ allowPrivate: true, resolve: async () => [LOOPBACK], ...options });

function post(from: ReturnType<typeof egress>, url: string, options = {}): Promise<EgressOutcome> {
  return from.post({
    url: new URL(url),
    headers: {},
    body: '{}',
    deadlineMs: 5_000,
    keepBytes: 100,
    ...options,
  });
}

describe('what is not public is not connected to', () => {
  test.each([
    '127.0.0.1',
    'localhost',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '017700000001',
    '0177.0.0.01',
    '127.1',
    '①②⑦.⓪.⓪.①',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '0.0.0.0',
    '10.1.2.3',
    '100.100.100.200',
    '169.254.169.254',
    '192.168.0.1',
    '224.0.0.1',
    '255.255.255.255',
  ])('http://%s', async (host) => {
    await using inside = await receiver();
    const from = egress({ resolve: async () => [LOOPBACK] });
    const outcome = await post(from, `http://${host}:${inside.port}/`);
    expect(outcome).toMatchObject({ kind: 'not_public' });
    expect(await from.check(new URL(`http://${host}:${inside.port}/`))).toEqual(outcome);
    expect(inside.received).toEqual([]);
  });

  test('a public name that resolves to this machine is refused, and told which address it was', async () => {
    await using inside = await receiver();
    const from = egress({ resolve: async () => [LOOPBACK] });
    expect(await post(from, `http://rebound.example.org:${inside.port}/`)).toEqual({
      kind: 'not_public',
      host: 'rebound.example.org',
      address: '127.0.0.1',
    });
    expect(inside.received).toEqual([]);
  });

  test('one inner address among public ones refuses all', async () => {
    const from = egress({ resolve: async () => [PUBLIC, { address: '10.0.0.1', family: 4 }] });
    expect(await from.check(new URL('https://mixed.example.org/'))).toMatchObject({ address: '10.0.0.1' });
  });

  test('an address with a zone, as a name may resolve to, is refused', async () => {
    const from = egress({ resolve: async () => [{ address: 'fe80::1%eth0', family: 6 }] });
    expect(await from.check(new URL('https://zoned.example.org/'))).toMatchObject({ kind: 'not_public' });
  });

  test('the name is resolved once, and the connection goes to the address that was checked', async () => {
    await using inside = await receiver();
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      return asked === 1 ? [LOOPBACK] : [{ address: '192.0.2.1', family: 4 }];
    };
    const outcome = await post(inward({ resolve }), `http://pinned.example.org:${inside.port}/`);
    expect([outcome.kind, asked]).toEqual(['answered', 1]);
    expect(inside.received[0]?.headers.host).toBe(`pinned.example.org:${inside.port}`);
  });
});

describe('names', () => {
  test.each([
    ['ENOTFOUND', 'unknown'],
    ['EAI_AGAIN', 'temporary'],
  ])('a failure %s to resolve is told as %s', async (code, cause) => {
    const resolve = () => Promise.reject(Object.assign(new Error(code), { code }));
    const refusal = { kind: 'unresolved', host: 'no.example.org', cause };
    expect(await egress({ resolve }).check(new URL('https://no.example.org/'))).toEqual(refusal);
    expect(await post(egress({ resolve }), 'https://no.example.org/')).toEqual(refusal);
  });

  test('a name without addresses is unknown', async () => {
    const from = egress({ resolve: async () => [] });
    expect(await from.check(new URL('https://no.example.org/'))).toMatchObject({ cause: 'unknown' });
  });

  test('of several addresses one that answers is enough', async () => {
    await using inside = await receiver();
    const resolve = async () => [{ address: '127.0.0.2', family: 4 }, LOOPBACK];
    const outcome = await post(inward({ resolve }), `http://two.example.org:${inside.port}/`);
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
  });
});

describe('requests', () => {
  test('headers, body, query and the password of the URL arrive; the fragment does not', async () => {
    await using inside = await receiver();
    const url = `http://ada:l%20ace@127.0.0.1:${inside.port}/a/b?c=d#e`;
    await post(inward(), url, { headers: { 'X-One': '1' }, body: '"ü"' });
    const [request] = inside.received;
    expect(request).toMatchObject({ path: '/a/b?c=d', body: '"ü"' });
    expect(request?.headers).toMatchObject({
      'x-one': '1',
      'content-length': '4',
      authorization: `Basic ${Buffer.from('ada:l ace').toString('base64')}`,
    });
  });

  test('a redirect is an answer like others: nobody follows it', async () => {
    await using target = await receiver();
    await using inside = await receiver(() => ({ status: 307, headers: { location: target.url } }));
    expect(await post(inward(), inside.url)).toMatchObject({ kind: 'answered', status: 307 });
    expect(target.received).toEqual([]);
  });

  test('a scheme that is not allowed is not sent to', async () => {
    await using inside = await receiver();
    expect(await post(inward({ schemes: ['https'] }), inside.url)).toMatchObject({ kind: 'failed' });
    expect(inside.received).toEqual([]);
  });

  test('of the answer only the wanted beginning is given back, however long it is', async () => {
    await using inside = await receiver(() => ({ status: 200, body: 'x'.repeat(5_000_000) }));
    const outcome = await post(inward(), inside.url, { keepBytes: 10 });
    expect(outcome).toMatchObject({ kind: 'answered', body: 'x'.repeat(10) });
    expect(await post(inward(), inside.url, { keepBytes: 0 })).toMatchObject({ body: '' });
  });

  test('Retry-After is given back', async () => {
    await using inside = await receiver(() => ({ status: 503, headers: { 'retry-after': '7' } }));
    expect(await post(inward(), inside.url)).toMatchObject({ status: 503, retryAfter: '7' });
  });

  test('no answer in time, a refused connection and what is not HTTP have a few words each', async () => {
    await using silent = await receiver(() => undefined);
    expect(await post(inward(), silent.url, { deadlineMs: 50 })).toEqual({
      kind: 'failed',
      reason: 'no answer in time',
    });
    const port = await freePort();
    expect(await post(inward(), `http://127.0.0.1:${port}/`)).toEqual({
      kind: 'failed',
      reason: 'the connection was refused',
    });
    const odd = await rawServer((socket) => socket.end('SSH-2.0-odd\r\n'));
    expect(await post(inward(), `http://127.0.0.1:${odd.port}/`)).toEqual({
      kind: 'failed',
      reason: 'the answer is not HTTP',
    });
    await odd.close();
  });

  test('an answer that drips for ever ends at the deadline with its status', async () => {
    const slow = await rawServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n');
    });
    const outcome = await post(inward(), `http://127.0.0.1:${slow.port}/`, { deadlineMs: 100 });
    expect(outcome).toMatchObject({ kind: 'answered', status: 200, body: 'x' });
    await slow.close();
  });

  test('a request is given up when it is aborted', async () => {
    await using silent = await receiver(() => undefined);
    const stopping = new AbortController();
    const outcome = post(inward(), silent.url, { signal: stopping.signal });
    await silent.arrived(1);
    stopping.abort();
    expect(await outcome).toEqual({ kind: 'aborted' });
  });
});

describe('TLS', () => {
  const tls = { key: RECEIVER_KEY, cert: RECEIVER_CERTIFICATE };

  test('the certificate is checked for the name of the URL, which is also the one asked for', async () => {
    const names: unknown[] = [];
    await using inside = await receiver(undefined, {
      ...tls,
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    });
    const from = inward({ ca: TEST_AUTHORITY });
    expect(await post(from, `https://receiver.test:${inside.port}/`)).toMatchObject({
      kind: 'answered',
      status: 200,
    });
    expect(names).toEqual(['receiver.test']);
    expect(await post(from, `https://other.test:${inside.port}/`)).toEqual({
      kind: 'failed',
      reason: 'the certificate or TLS was not accepted (ERR_TLS_CERT_ALTNAME_INVALID)',
    });
    expect(inside.received).toHaveLength(1);
  });

  test('a certificate of an unknown authority is refused before anything is sent', async () => {
    await using inside = await receiver(undefined, tls);
    expect(await post(inward(), `https://receiver.test:${inside.port}/`)).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('the certificate or TLS was not accepted'),
    });
    expect(inside.received).toEqual([]);
  });
});

async function rawServer(onConnection: (socket: Socket | TLSSocket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function freePort(): Promise<number> {
  const server = await rawServer(() => undefined);
  await server.close();
  return server.port;
}
