import { describe, expect, test } from 'vitest';
import { noteFileUses } from '../../../src/jobs/note-file-uses.ts';
import { testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`when a version was used last, on ${target.name}`, () => {
    test('is the last time that one of its files was fetched, on either API', async () => {
      const server = await testApp({ target });
      try {
        const send = async (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object | string) => {
          const headers =
            typeof payload === 'string' ? { 'content-type': 'application/octet-stream' } : undefined;
          const answer = await server.app.inject({
            method,
            url,
            ...(payload !== undefined && { payload }),
            ...(headers && { headers }),
          });
          expect(answer.statusCode, answer.body).toBeLessThan(300);
          return String(answer.headers['content-type']).includes('json') ? answer.json() : null;
        };
        const { run } = await send('POST', '/api/2.0/mlflow/runs/create', {
          experiment_id: '0',
          start_time: 1,
        });
        const runId = run.info.run_id;
        const root = `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts`;
        await send('PUT', `${root}/model/deep/weights.bin`, 'weights');
        await send('PUT', `${root}/other.txt`, 'text');
        const body = { model_name: 'm', model_type: 'custom', source: `runs:/${runId}/model`, run_id: runId };
        for (const _ of [1, 2]) await send('POST', '/api/v1/models/register', body);
        const used = async (version: number) => {
          await noteFileUses.turn(server.deps);
          return (await send('GET', `/api/v1/models/m?version=${version}`)).last_used_at;
        };
        server.clock.advance(1_000);
        await send('GET', `${root}/other.txt`);
        expect([await used(1), await used(2)]).toEqual([null, null]);
        await send('GET', `${root}/model/deep/weights.bin`);
        const first = new Date(server.clock.now()).toISOString();
        // Both were registered from the same files.
        expect([await used(1), await used(2)]).toEqual([first, first]);
        server.clock.advance(60_000);
        await send('GET', '/api/v1/models/m/versions/1/files/deep/weights.bin');
        expect(await used(1)).toBe(new Date(server.clock.now()).toISOString());
        server.deps.fileUses.note(`0/${runId}/artifacts/model/deep/weights.bin`, 1);
        expect(await used(1)).toBe(new Date(server.clock.now()).toISOString());
      } finally {
        await server.close();
      }
    });
  });
