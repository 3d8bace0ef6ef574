import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { createEgress, type EgressOptions } from '../../src/egress/egress.ts';
import { webhookSecrets } from '../../src/host/webhook-secrets.ts';
import type { WebhookSettings } from '../../src/operations/ports/webhook.ts';
import type { Deps } from '../../src/operations/ports.ts';

export type TestWebhooks = Pick<Deps, 'egress' | 'webhooks' | 'webhookSecrets'>;

/** 32 bytes, known to nobody else. */
export const TEST_KEY = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=';

/** What webhooks need. By default nothing inside is reached, and names resolve to a public address. */
export function testWebhooks({
  key = TEST_KEY,
  egress = {},
  settings = {},
}: {
  key?: string | null;
  egress?: Partial<EgressOptions>;
  settings?: Partial<WebhookSettings>;
} = {}): TestWebhooks {
  const schemes = settings.schemes ?? ['https'];
  return {
    egress: createEgress({
      schemes,
      allowPrivate: false,
      resolve: async () => [{ address: '93.184.216.34', family: 4 }],
      ...egress,
    }),
    webhookSecrets: webhookSecrets(key),
    webhooks: { schemes, deadlineMs: 5_000, retries: 3, showResponse: false, ...settings },
  };
}

/** For receivers on this machine. */
export function localWebhooks(settings: Partial<WebhookSettings> = {}): TestWebhooks {
  return testWebhooks({
    egress: { allowPrivate: true },
    settings: { schemes: ['http', 'https'], ...settings },
  });
}

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks on a free port of 127.0.0.1. */
export interface Receiver extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly received: readonly Received[];
  /** Ends when so many requests have arrived since the start. */
  arrived(count: number): Promise<void>;
}

export interface ReceiverAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `answer` is asked for each request; undefined: none ever comes. */
export async function receiver(
  answer: (request: Received, index: number) => ReceiverAnswer | undefined = () => ({ status: 200 }),
  tls?: ServerOptions,
): Promise<Receiver> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const handler: Parameters<typeof createServer>[1] = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      received.push(one);
      const told = answer(one, received.length - 1);
      for (const look of waiting) look();
      if (told !== undefined)
        response.writeHead(told.status, told.headers).end(told.body ?? 'the receiver says');
    });
  };
  const server: Server = tls === undefined ? createServer(handler) : createTlsServer(tls, handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/hook`,
    received,
    arrived: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (received.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
