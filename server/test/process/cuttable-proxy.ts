import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that the test can take away: all that a client sees of a server that is stopped or frozen. */
export interface CuttableProxy extends AsyncDisposable {
  readonly port: number;
  /** Cuts what is connected and refuses what comes, as a stopped server. */
  cut(): Promise<void>;
  /** Passes nothing on and answers nothing, as a stopped process (SIGSTOP) behind an open port. */
  freeze(): void;
  /** Cuts every connection in place of the server's answer that holds the text; what it answered before gets through. */
  cutInPlaceOf(text: string): void;
  restore(): Promise<void>;
}

export async function cuttableProxy(target: { host: string; port: number }): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let lastWords: string | null = null;
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (isFrozen) return;
        if (from === upstream && lastWords !== null && chunk.includes(lastWords)) return destroyAll();
        to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  await listen(0);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    async cut() {
      const closed = close();
      destroyAll();
      await closed;
    },
    freeze() {
      isFrozen = true;
    },
    cutInPlaceOf(text) {
      lastWords = text;
    },
    async restore() {
      isFrozen = false;
      lastWords = null;
      destroyAll();
      if (!server.listening) await listen(port);
    },
    async [Symbol.asyncDispose]() {
      destroyAll();
      await close();
    },
  };
}
