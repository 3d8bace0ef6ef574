import { connect } from 'node:net';

/** An answer as it came over the wire; header names in lower case. */
export interface RawAnswer {
  /** 0 when the connection ended without one. */
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const PATIENCE_MS = 5_000;

/**
 * Sends bytes exactly as given (ISO 8859-1) on a connection of their own and reads until the server closes it. Ask
 * for `Connection: close`. `thenEnd` closes our half after sending.
 */
export function sendRaw(port: number, text: string, options: { thenEnd?: boolean } = {}): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1');
    const done = () => {
      socket.destroy();
      resolve(parseAnswer(Buffer.concat(chunks).toString('latin1')));
    };
    socket.setTimeout(PATIENCE_MS, () => {
      socket.destroy();
      reject(new Error(`no end of the answer to ${text.slice(0, 200)}`));
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', done);
    // A server that refuses may reset the connection; what it said before counts.
    socket.on('error', done);
    socket.on('connect', () => {
      socket.write(text, 'latin1');
      if (options.thenEnd === true) socket.end();
    });
  });
}

/** A whole request with a body of a declared length, or none. */
export function rawRequest(
  method: string,
  target: string,
  body = '',
  headers: readonly string[] = [],
): string {
  const length =
    body === '' && method !== 'PUT' ? [] : [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`];
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: close',
    ...length,
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = (end < 0 ? text : text.slice(0, end)).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const status = Number(/^HTTP\/1\.1 ([0-9]{3})/.exec(statusLine)?.[1] ?? 0);
  return { status, headers, body: end < 0 ? '' : text.slice(end + 4) };
}
