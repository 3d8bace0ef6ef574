import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawRequest, sendRaw } from '../../support/raw-http.ts';
import { type GuardedApp, guardedApp } from './guarded-app.ts';

let app: GuardedApp;

beforeAll(async () => {
  app = await guardedApp();
});
afterAll(async () => {
  await app.close();
});

describe('D13 requests that two servers would read differently', () => {
  const path = '/api/2.0/mlflow/registered-models/create';
  const smuggled = 'POST /api/2.0/mlflow/registered-models/create HTTP/1.1\r\nHost: x\r\n\r\n';
  const head = (...lines: string[]) =>
    [`POST ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Content-Type: application/json', ...lines, '', ''].join(
      '\r\n',
    );
  const CHUNKED = 'Transfer-Encoding: chunked';

  test.each([
    ['CL.TE', `${head('Content-Length: 6', CHUNKED)}0\r\n\r\n${smuggled}`],
    ['TE.CL', `${head(CHUNKED, 'Content-Length: 4')}5c\r\n${smuggled}\r\n0\r\n\r\n`],
    ['TE.TE, the second odd', `${head(CHUNKED, 'Transfer-Encoding: x')}0\r\n\r\n${smuggled}`],
    ['TE in a list', `${head('Transfer-Encoding: chunked, identity')}0\r\n\r\n${smuggled}`],
    ['TE that is not chunked', head('Transfer-Encoding: gzip') + smuggled],
    ['TE with a tab', head('Transfer-Encoding:\tx-chunked') + smuggled],
    ['TE with a blank before its colon', `${head('Transfer-Encoding : chunked')}0\r\n\r\n${smuggled}`],
    [
      'TE on a folded line',
      `${head('Transfer-Encoding:\r\n chunked', 'Content-Length: 6')}0\r\n\r\n${smuggled}`,
    ],
    ['a folded header', `${head('X-A: b\r\n c', 'Content-Length: 2')}{}`],
    ['two different lengths', `${head('Content-Length: 2', 'Content-Length: 200')}{}`],
    ['two lengths in one header', `${head('Content-Length: 2, 200')}{}`],
    ['a length with a sign', `${head('Content-Length: +2')}{}`],
    ['a length with a blank', `${head('Content-Length: 2 0')}{}`],
    [
      'a bare LF after the request line',
      `POST ${path} HTTP/1.1\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}`,
    ],
    ['bare LFs', `POST ${path} HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 2\n\n{}`],
    ['a bare LF in a header', `${head('X-A: b\nTransfer-Encoding: chunked', 'Content-Length: 2')}{}`],
    ['a bare CR in a header', `${head('X-A: b\rTransfer-Encoding: chunked', 'Content-Length: 2')}{}`],
    ['NUL in a header', `${head('X-A: b\0c', 'Content-Length: 2')}{}`],
    ['a header without a colon', `${head('Nothing', 'Content-Length: 2')}{}`],
    ['a header without a name', `${head(': x', 'Content-Length: 2')}{}`],
    ['a bare LF after a chunk’s size', `${head(CHUNKED)}2\n{}\r\n0\r\n\r\n${smuggled}`],
    ['a chunk that ends early', `${head(CHUNKED)}1\r\n{}\r\n0\r\n\r\n${smuggled}`],
    ['no host', `POST ${path} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`],
    ['HTTP/0.9', 'GET /health\r\n\r\n'],
    ['HTTP/1.2', 'GET /health HTTP/1.2\r\nHost: 127.0.0.1\r\n\r\n'],
    ['a request line with too many parts', 'GET /health x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
    ['blanks before the request line', `  GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`],
  ])('%s: 400, and nothing after it is read', async (_what, text) => {
    await app.untouched(async () => {
      // A second request on the same connection must not be answered.
      const answer = await sendRaw(
        app.port,
        `${text}${smuggled}GET /version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
      );
      expect([400, 505]).toContain(answer.status);
      expect(answer.headers.get('connection')).toBe('close');
      expect(answer.body).not.toMatch(/HTTP\/1\.1 [0-9]{3}/);
    });
  });

  test('two hosts: 400, and the connection is closed', async () => {
    for (const hosts of [['Host: 127.0.0.1'], ['host: evil.example'], ['Host: 127.0.0.1, evil.example']]) {
      const answer = await sendRaw(app.port, `${head(...hosts, 'Content-Length: 2')}{}`);
      expect([answer.status, answer.headers.get('connection')]).toEqual([400, 'close']);
    }
  });

  test('headers of 100 kB, and 5,000 of them, are refused', async () => {
    for (const lines of [
      [`X-A: ${'x'.repeat(100_000)}`],
      Array.from({ length: 5_000 }, (_, i) => `X-${i}: y`),
    ]) {
      const answer = await sendRaw(app.port, `${head(...lines, 'Content-Length: 2')}{}`);
      expect([400, 431]).toContain(answer.status);
    }
  });
});

describe('D14 other protocols', () => {
  test('HTTP/2 is not offered: neither at once nor by upgrade', async () => {
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
    expect([400, 505, 0]).toContain((await sendRaw(app.port, preface)).status);
    const lines = [
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
    ];
    const asked = `GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join('\r\n')}\r\n\r\n`;
    const answer = await sendRaw(app.port, asked, { thenEnd: true });
    expect([200, 400]).toContain(answer.status);
  });

  test('CONNECT and TRACE lead nowhere', async () => {
    for (const text of [
      'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
      rawRequest('TRACE', '/health'),
    ]) {
      const { status } = await sendRaw(app.port, text, { thenEnd: true });
      expect([0, 400, 404, 405, 501]).toContain(status);
    }
  });
});
