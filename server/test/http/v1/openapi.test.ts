import { describe, expect, test } from 'vitest';
import { ENDPOINTS } from '../../../src/http/v1/routes.ts';
import { testApp } from '../../support/app.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly responses: Record<string, { description: string; content?: Record<string, unknown> }>;
}

interface Document {
  readonly openapi: string;
  readonly info: { version: string };
  readonly paths: Record<string, Record<string, Operation>>;
}

async function openapi(): Promise<Document> {
  await using server = await testApp();
  return (await server.app.inject({ method: 'GET', url: '/openapi.json' })).json();
}

describe('getOpenApi', () => {
  test('the document is the one that is committed', async () => {
    const document = await openapi();
    expect(document.openapi).toBe('3.1.0');
    const text = JSON.stringify({ ...document, info: { ...document.info, version: '1' } }, null, 2);
    await expect(`${text}\n`).toMatchFileSnapshot('../../../../openapi/v1.json');
  });

  test('every endpoint is in it, with summary, description and its refusals', async () => {
    const { paths } = await openapi();
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
      ENDPOINTS.map(({ operation }) => operation).sort(),
    );
    for (const { summary, description, responses } of operations) {
      expect(summary).not.toBe('');
      expect(description).toMatch(/\.$/);
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '403', '500', '503']));
      for (const [status, { content }] of Object.entries(responses))
        if (Number(status) >= 400) expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
    }
  });

  test('the references in it lead somewhere', async () => {
    const document = await openapi();
    const text = JSON.stringify(document);
    for (const [, pointer = ''] of text.matchAll(/"\$ref":"#([^"]+)"/g)) {
      let at: unknown = document;
      for (const key of pointer.split('/').slice(1)) at = (at as Record<string, unknown>)[key];
      expect(at, pointer).toBeTypeOf('object');
    }
  });
});

describe('getDocs', () => {
  test('the reference is served from here and loads nothing from elsewhere', async () => {
    await using server = await testApp();
    const get = (url: string) => server.app.inject({ method: 'GET', url });
    expect(await get('/')).toMatchObject({ statusCode: 302, headers: { location: '/docs/' } });
    expect((await get('/docs')).statusCode).toBe(301);
    const page = await get('/docs/');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    const script = await get('/docs/js/scalar.js');
    expect(script.headers['content-type']).toContain('javascript');
    expect(script.body.length).toBeGreaterThan(1_000_000);
    expect((await get('/docs/openapi.json')).json()).toMatchObject({ openapi: '3.1.0' });
  });
});
