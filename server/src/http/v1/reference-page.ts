import Fastify, { type FastifyInstance } from 'fastify';

export interface PageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * Scalar's reference page and its script. They weigh 5 MB of memory and a good part of the start, so they are
 * loaded when the first reader comes, into a little application of their own.
 */
export function apiReference(document: () => Promise<object>): (url: string) => Promise<PageAnswer> {
  let loading: Promise<FastifyInstance> | undefined;
  return async (url) => {
    loading ??= document().then(load);
    const answer = await (await loading).inject(url);
    const headers = Object.fromEntries(
      ['content-type', 'location'].flatMap((name) => {
        const value = answer.headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    );
    return { status: answer.statusCode, headers, body: answer.rawPayload };
  };
}

async function load(content: object): Promise<FastifyInstance> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const app = Fastify();
  await app.register(scalar, {
    routePrefix: '/docs',
    configuration: {
      content: JSON.stringify(content),
      pageTitle: 'FarmIQ Model Registry, API v1',
      // Nothing is loaded from, or sent to, another host.
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  });
  await app.ready();
  return app;
}
