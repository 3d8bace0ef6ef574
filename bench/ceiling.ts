import { once } from 'node:events';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { closedLoop } from './closed-loop.ts';
import { request } from './connection.ts';

const ANSWER = `HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}`;

/** How many requests a second the client makes of a server that does nothing. */
export async function clientCeiling(connections: number, seconds: number): Promise<number> {
  const worker = new Worker(new URL(import.meta.url), { workerData: 'serve' });
  const [port] = (await once(worker, 'message')) as [number];
  const get = request('GET', '/');
  const load = { origin: `http://127.0.0.1:${port}`, connections, seconds, request: () => get };
  const { requests, seconds: took } = await closedLoop(load);
  await worker.terminate();
  return requests / took;
}

const { parentPort, workerData } = await import('node:worker_threads');
if (workerData === 'serve') {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(ANSWER));
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    parentPort?.postMessage(typeof address === 'object' && address !== null ? address.port : 0);
  });
}
