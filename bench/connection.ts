import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What is sent: head and body as one piece of bytes. */
export function request(method: string, path: string, body?: object, token?: string): Buffer {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers =
    body === undefined
      ? ''
      : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n`;
  const signedIn = token === undefined ? '' : `authorization: Bearer ${token}\r\n`;
  return Buffer.from(`${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${signedIn}${headers}\r\n${text}`);
}

/** One kept-alive connection; much cheaper than `node:http`, so that the client is not what is measured. */
export interface Connection {
  /** Sends one request and resolves with the status when its answer is complete. */
  send(bytes: Buffer): Promise<number>;
  close(): void;
}

const HEAD_END = '\r\n\r\n';
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** Opens a connection to `http://host:port`. */
export async function openConnection(origin: string): Promise<Connection> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  return onSocket(socket);
}

interface Answer {
  readonly status: number;
  /** Bytes of the body still to come; null when it comes in chunks. */
  left: number | null;
}

function onSocket(socket: Socket): Connection {
  let head: Buffer = Buffer.alloc(0);
  let answer: Answer | null = null;
  let settle: { resolve: (status: number) => void; reject: (error: Error) => void } | null = null;
  const fail = (error: Error) => settle?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the server closed the connection')));
  socket.on('data', (bytes: Buffer) => {
    let body = bytes;
    if (answer === null) {
      head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
      const end = head.indexOf(HEAD_END);
      if (end < 0) return;
      answer = readHead(head.toString('latin1', 0, end));
      body = head.subarray(end + HEAD_END.length);
      head = Buffer.alloc(0);
    }
    if (answer.left !== null) answer.left -= body.length;
    if (answer.left === null ? !body.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK) : answer.left > 0)
      return;
    const { status } = answer;
    const waiting = settle;
    answer = null;
    settle = null;
    waiting?.resolve(status);
  });
  return {
    send: (bytes) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(bytes);
      }),
    close: () => socket.destroy(),
  };
}

function readHead(text: string): Answer {
  const length = /^content-length: *(\d+)/im.exec(text)?.[1];
  return { status: Number(text.slice(9, 12)), left: length === undefined ? null : Number(length) };
}
