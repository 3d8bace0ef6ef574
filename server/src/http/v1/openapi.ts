import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import { PROBLEM_SCHEMA } from './openapi-problems.ts';
import { apiReference } from './reference-page.ts';

const PUBLIC = { permission: 'public' } as const;

/** The OpenAPI 3.1 document of the routes, made when it is first asked for: what makes it is slow to load. */
export function openApiDocument(routes: readonly RouteOptions[], version: string): () => Promise<object> {
  let making: Promise<object> | undefined;
  return () => {
    making ??= describeRoutes(routes, version);
    return making;
  };
}

async function describeRoutes(routes: readonly RouteOptions[], version: string): Promise<object> {
  const { default: swagger } = await import('@fastify/swagger');
  const app = Fastify({ exposeHeadRoutes: false });
  // Schemas are documentation here.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'FarmIQ Model Registry, API v1',
        version,
        description:
          'Registers model versions, moves them through their stages, compares them, and tells where they come from. ' +
          'All bodies are JSON; failures are `application/problem+json` (RFC 9457) with a stable `code`. ' +
          'What is registered here is visible to MLflow clients, and the other way round.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        { name: 'Models', description: 'Registered models: named lines of versions.' },
        {
          name: 'Versions',
          description: 'Model versions: registration, stages, comparison, lineage, files.',
        },
        { name: 'Aliases', description: 'Movable names for versions.' },
        { name: 'Governance', description: 'What may happen to versions, and who agreed.' },
        { name: 'Lineage', description: 'What was made from what, and what bad data spoil.' },
        { name: 'Retention', description: 'What goes when its time has run out, by plan.' },
        { name: 'Access', description: 'Who may do what: sign-in, users, tokens, grants.' },
        { name: 'Audit', description: 'What happened, and the proof of it.' },
      ],
      components: { schemas: { Problem: PROBLEM_SCHEMA } },
    },
  });
  for (const route of routes) app.route(route);
  await app.ready();
  return app.swagger();
}

/** `/openapi.json`, the reference at `/docs` (served from here, without any CDN), and `/`, which leads there. */
export function registerDocs(app: FastifyInstance, document: () => Promise<object>): void {
  const page = apiReference(document);
  for (const url of ['/openapi.json', '/docs/openapi.json'])
    app.get(url, { config: { operation: 'getOpenApi', ...PUBLIC } }, async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(JSON.stringify(await document())),
    );
  app.get('/', { config: { operation: 'getRoot', ...PUBLIC } }, async (_request, reply) =>
    reply.redirect('/docs/', 302),
  );
  for (const url of ['/docs', '/docs/', '/docs/js/scalar.js'])
    app.get(url, { config: { operation: 'getDocs', ...PUBLIC } }, async (_request, reply) => {
      const { status, headers, body } = await page(url);
      return reply.code(status).headers(headers).send(body);
    });
}
