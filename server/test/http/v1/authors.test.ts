import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/domain/actor.ts';
import { LOCAL_ACTOR } from '../../../src/domain/actor.ts';
import { createSubject, eraseSubject } from '../../../src/operations/subject.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`the authors of a version, on ${target.name}`, () => {
    let server: TestApp;
    const people = new Map<string, Actor>();

    beforeEach(async () => {
      server = await testApp({ target });
      for (const name of ['ada', 'ben', 'mia', 'zoe']) {
        const subject = await createSubject(server.deps, LOCAL_ACTOR, {
          name,
          kind: 'user',
          ownerId: null,
          password: null,
        });
        people.set(name, { ...LOCAL_ACTOR, subjectId: subject.subjectId, kind: 'user', displayName: name });
      }
    });
    afterEach(() => server.close());

    async function as(name: string, method: 'GET' | 'POST' | 'PUT', url: string, payload?: object | string) {
      server.actAs(people.get(name) ?? LOCAL_ACTOR);
      const answer = await server.app.inject({
        method,
        url,
        ...(payload !== undefined && {
          payload,
          headers: {
            'content-type': typeof payload === 'string' ? 'application/octet-stream' : 'application/json',
          },
        }),
      });
      expect(answer.statusCode, answer.body).toBeLessThan(300);
      return answer.body === '' ? {} : answer.json();
    }
    const mlflow = (name: string, path: string, payload: object) =>
      as(name, 'POST', `/api/2.0/mlflow/${path}`, payload);
    const madeBy = async (model: string, version = 1) => {
      const { created_by, authors } = await as('', 'GET', `/api/v1/models/${model}?version=${version}`);
      return [created_by, authors];
    };

    test('are who registered it, made its run, its logged model, and sent its files', async () => {
      const { run } = await mlflow('ada', 'runs/create', {
        experiment_id: '0',
        start_time: 1,
        user_id: 'somebody',
      });
      const { run_id: runId } = run.info;
      const place = `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts`;
      await as('ben', 'PUT', `${place}/model/f.txt`, 'bytes');
      await as('zoe', 'PUT', `${place}/elsewhere.txt`, 'bytes');
      await mlflow('mia', 'registered-models/create', { name: 'm' });
      await mlflow('mia', 'model-versions/create', {
        name: 'm',
        source: `runs:/${runId}/model`,
        run_id: runId,
      });
      expect(await madeBy('m')).toEqual(['mia', ['mia', 'ada', 'ben']]);
      const { model } = await mlflow('zoe', 'logged-models', { experiment_id: '0', name: 'lm' });
      const { model_id: modelId } = model.info;
      await mlflow('mia', 'model-versions/create', {
        name: 'm',
        source: `models:/${modelId}`,
        model_id: modelId,
      });
      expect(await madeBy('m', 2)).toEqual(['mia', ['mia', 'zoe']]);
    });

    test('of a copy are those of the original, too', async () => {
      await as('ada', 'POST', '/api/v1/models/register', { model_name: 'm', model_type: 'custom' });
      await mlflow('mia', 'registered-models/create', { name: 'copy' });
      await mlflow('mia', 'model-versions/create', { name: 'copy', source: 'models:/m/1' });
      expect(await madeBy('copy')).toEqual(['mia', ['mia', 'ada']]);
    });

    test('are those who sent files to an open version, once it is frozen', async () => {
      await as('ada', 'POST', '/api/v1/models/register', { model_name: 'm', model_type: 'custom' });
      await as('ben', 'PUT', '/api/v1/models/m/versions/1/files/f.txt', 'bytes');
      expect(await madeBy('m')).toEqual(['ada', ['ada']]);
      await as('mia', 'POST', '/api/v1/models/transition', {
        model_name: 'm',
        version: 1,
        new_stage: 'staging',
      });
      expect(await madeBy('m')).toEqual(['ada', ['ada', 'ben']]);
      await as('ada', 'POST', '/api/v1/models/register', { model_name: 'm', model_type: 'custom' });
      await as('zoe', 'PUT', '/api/v1/models/m/versions/2/files/f.txt', 'bytes');
      await as('mia', 'POST', '/api/v1/models/m/versions/2/seal');
      expect(await madeBy('m', 2)).toEqual(['ada', ['ada', 'zoe']]);
      const { versions } = await as('', 'GET', '/api/v1/models/m/versions');
      expect(versions.map(({ authors }: { authors: string[] }) => authors)).toEqual([
        ['ada', 'zoe'],
        ['ada', 'ben'],
      ]);
    });

    test('are called what they are called now, and erased when they are', async () => {
      await as('ada', 'POST', '/api/v1/models/register', { model_name: 'm', model_type: 'custom' });
      await eraseSubject(server.deps, LOCAL_ACTOR, people.get('ada')?.subjectId ?? '');
      expect(await madeBy('m')).toEqual(['erased', ['erased']]);
      const { lineage } = await as('', 'GET', '/api/v1/models/m/lineage/1');
      expect(lineage.training.created_by).toBe('erased');
    });
  });
