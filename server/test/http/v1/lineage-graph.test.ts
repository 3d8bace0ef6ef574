import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { randomIds } from '../../../src/host/ids.ts';
import { traceSome } from '../../../src/operations/lineage-record.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { storeTargets } from '../../support/store-targets.ts';
import { People } from './people.ts';

const DATASET = { name: 'barn', digest: 'd1' };

for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file'))
  describe(`lineage, on ${target.name}`, () => {
    let server: TestApp;
    let people: People;

    beforeEach(async () => {
      server = await testApp({ target, parts: { ids: randomIds } });
      people = new People(server);
      await people.add({ ada: { role: 'writer' }, dan: { role: 'approver' }, root: { role: 'admin' } });
    });
    afterEach(() => server.close());

    async function register(name: string, more: object = {}): Promise<number> {
      const body = { model_name: name, model_type: 'custom', ...more };
      const answer = await people.as('ada', 'POST', '/api/v1/models/register', body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(201);
      return answer.body.version;
    }
    const declare = (who: string, ...edges: readonly object[]) =>
      people.as(who, 'POST', '/api/v1/lineage/edges', { edges });
    const graph = async (name: string, query = '', who = 'ada') =>
      (await people.as(who, 'GET', `/api/v1/models/${name}/lineage/1${query}`)).body.graph;
    const edgesOf = async (name: string, query = '', who = 'ada') =>
      (await graph(name, query, who)).edges.map(
        ({ from, kind, to }: { from: string; kind: string; to: string }) => `${from} ${kind} ${to}`,
      );
    const impact = async (who = 'ada') =>
      (await people.as(who, 'GET', '/api/v1/lineage/impact?dataset=barn&digest=d1')).body.versions;
    const move = (name: string, stage: string, more: object = {}) =>
      people.as('root', 'POST', '/api/v1/models/transition', {
        model_name: name,
        version: 1,
        new_stage: stage,
        ...more,
      });

    test('leads downstream, too: to what was made from a version, and where it runs', async () => {
      await register('base', { datasets: [DATASET] });
      await register('child', { parent_model: 'base/1' });
      await register('grandchild', { parent_model: 'child/1' });
      const deployed = {
        from: 'model_version:child/1',
        to: { kind: 'deployment', id: 'house-3', label: 'House 3' },
        kind: 'deployed_to',
      };
      expect(await declare('ada', deployed)).toMatchObject({ status: 201, body: { added: 1 } });
      expect(await declare('ada', deployed)).toMatchObject({ status: 201, body: { added: 0 } });
      expect(await edgesOf('base', '?direction=downstream')).toEqual([
        'model_version:child/1 derived_from model_version:base/1',
        'model_version:child/1 deployed_to deployment:house-3',
        'model_version:grandchild/1 derived_from model_version:child/1',
      ]);
      const { nodes, edges } = await graph('child', '?direction=downstream');
      expect(nodes).toContainEqual({ id: 'deployment:house-3', kind: 'deployment', label: 'House 3' });
      expect(edges).toContainEqual(
        expect.objectContaining({ kind: 'deployed_to', declared_by: 'ada', origin: 'declared' }),
      );
      expect(await edgesOf('base', '?direction=downstream&depth=1')).toHaveLength(1);
      expect(await edgesOf('base', '?edges=deployed_to&direction=downstream')).toEqual([]);
    });

    test('says what the files prove: a copy has those of its original', async () => {
      await register('base');
      await people.as('ada', 'PUT', '/api/v1/models/base/versions/1/files/f.txt', { a: 1 });
      await people.as('ada', 'POST', '/api/v1/models/base/versions/1/seal');
      await register('copy', { source: 'models:/base/1' });
      await register('other', { parent_model: 'base/1' });
      await people.as('ada', 'PUT', '/api/v1/models/other/versions/1/files/f.txt', { a: 2 });
      await people.as('ada', 'POST', '/api/v1/models/other/versions/1/seal');
      await register('empty');
      await register('of-empty', { parent_model: 'empty/1' });
      for (const name of ['empty', 'of-empty'])
        await people.as('ada', 'POST', `/api/v1/models/${name}/versions/1/seal`);
      const originOf = async (name: string) =>
        (await graph(name)).edges.find(({ kind }: { kind: string }) => kind === 'derived_from').origin;
      expect(await originOf('copy')).toBe('verified');
      expect(await originOf('other')).toBe('inferred');
      expect(await originOf('of-empty')).toBe('inferred');
    });

    test('keeps what it knows through a rename', async () => {
      await register('base');
      await register('child', { parent_model: 'base/1' });
      await people.as('ada', 'POST', '/api/2.0/mlflow/registered-models/rename', {
        name: 'child',
        new_name: 'heir',
      });
      expect(await edgesOf('base', '?direction=downstream')).toEqual([
        'model_version:heir/1 derived_from model_version:base/1',
      ]);
    });

    test('ends in a circle, and at the depth', async () => {
      await register('a');
      await register('b', { parent_model: 'a/1' });
      const back = { from: 'model_version:a/1', to: 'model_version:b/1', kind: 'derived_from' };
      expect((await declare('ada', back)).status).toBe(201);
      expect(await edgesOf('a', '?depth=20&edges=derived_from')).toHaveLength(2);
      expect(await edgesOf('a', '?depth=20')).toHaveLength(4);
      expect(await impact()).toEqual([]);
    });

    test('tells what was said by a time', async () => {
      await register('base');
      server.clock.advance(1_000);
      await register('child', { parent_model: 'base/1' });
      const at = (ms: number) => encodeURIComponent(new Date(server.clock.now() + ms).toISOString());
      expect(await edgesOf('base', `?edges=derived_from&as_of=${at(-1)}`)).toEqual([]);
      expect(await edgesOf('base', `?edges=derived_from&as_of=${at(0)}`)).toHaveLength(1);
    });

    test('shows nothing behind what may not be read', async () => {
      await register('base');
      await register('secret', { parent_model: 'base/1' });
      await register('open', { parent_model: 'secret/1', datasets: [DATASET] });
      const grants = ['base', 'open'].map((pattern) => ({
        role: 'reader' as const,
        resource: 'model' as const,
        pattern,
      }));
      people.set('eve', { ...people.actor('ada'), grants });
      const seen = await graph('base', '?depth=20', 'eve');
      expect(seen).toEqual({
        nodes: [{ id: 'model_version:base/1', kind: 'model_version', label: 'base/1' }],
        edges: [],
        truncated: false,
      });
      expect(JSON.stringify(await graph('open', '', 'eve'))).not.toContain('secret');
      people.set('fay', { ...people.actor('ada'), grants: [] });
      expect([(await impact('ada')).length, (await impact('fay')).length]).toEqual([1, 0]);
    });

    test('finds what depends on a dataset, however far away, with where it is', async () => {
      await register('base', { datasets: [DATASET] });
      await register('child', { parent_model: 'base/1' });
      await register('other', { datasets: [{ name: 'barn', digest: 'd2' }] });
      await register('gone', { datasets: [DATASET] });
      await people.as('root', 'DELETE', '/api/v1/models/gone/versions/1');
      await move('child', 'production');
      expect(await impact()).toEqual([
        { model_name: 'base', version: 1, stage: 'development', aliases: [], live: false },
        { model_name: 'child', version: 1, stage: 'production', aliases: [], live: true },
      ]);
    });

    test('knows the inputs and outputs of runs whenever they are logged', async () => {
      const mlflow = async (path: string, payload: object) =>
        (await people.as('ada', 'POST', `/api/2.0/mlflow/${path}`, payload)).body;
      const { run } = await mlflow('runs/create', { experiment_id: '0', start_time: 1 });
      const runId = run.info.run_id;
      await register('m', { run_id: runId });
      expect(await impact()).toEqual([]);
      await mlflow('runs/log-inputs', {
        run_id: runId,
        datasets: [{ dataset: { ...DATASET, source_type: 'local', source: '{}' }, tags: [] }],
      });
      expect(await impact()).toMatchObject([{ model_name: 'm', version: 1 }]);
      const { model } = await mlflow('logged-models', { experiment_id: '0', name: 'net' });
      await mlflow('runs/outputs', { run_id: runId, models: [{ model_id: model.info.model_id, step: 0 }] });
      expect(await edgesOf('m', '?depth=20')).toContain(
        `run:${runId} produced logged_model:${model.info.model_id}`,
      );
    });

    test('is kept by a job for what MLflow registered past us', async () => {
      await register('m', { datasets: [DATASET] });
      await server.database.engine.db.deleteFrom('registry_lineage_edges').execute();
      await server.database.engine.db.updateTable('registry_versions').set({ lineage_kept: false }).execute();
      expect(await impact()).toEqual([]);
      expect(await traceSome(server.deps)).toBe(false);
      expect(await impact()).toMatchObject([{ model_name: 'm', version: 1 }]);
    });

    test.each([
      [{ from: 'nonsense', to: 'dataset:x', kind: 'trained_on' }, 400, '/edges/0/from'],
      [{ from: 'model_version:m', to: 'dataset:x', kind: 'trained_on' }, 400, '/edges/0/from'],
      [{ from: 'model_version:m/x', to: 'dataset:x', kind: 'trained_on' }, 400, '/edges/0/from'],
      [{ from: 'dataset:x', to: 'model_version:m/1', kind: 'trained_on' }, 400, '/edges/0/from'],
      [{ from: 'model_version:m/1', to: 'dataset:x', kind: 'deployed_to' }, 400, '/edges/0/to'],
      [{ from: 'model_version:m/1', to: 'model_version:m/1', kind: 'derived_from' }, 400, '/edges/0/to'],
      [{ from: 'model_version:m/1', to: 'dataset:x', kind: 'likes' }, 400, '/edges/0/kind'],
      [
        { from: 'model_version:m/1', to: 'dataset:x', kind: 'trained_on', at: 'yesterday' },
        400,
        '/edges/0/at',
      ],
      [
        { from: 'model_version:m/1', to: 'dataset:x', kind: 'trained_on', at: '2999-01-01T00:00:00Z' },
        400,
        '/edges/0/from',
      ],
      [{ from: 'model_version:m/9', to: 'dataset:x', kind: 'trained_on' }, 404, undefined],
      [{ from: 'model_version:none/1', to: 'dataset:x', kind: 'trained_on' }, 404, undefined],
      [{ from: 'run:none', to: 'dataset:x', kind: 'trained_on' }, 404, undefined],
    ])('%j is refused, and all with it', async (edge, status, path) => {
      await register('m');
      const fine = { from: 'model_version:m/1', to: 'dataset:fine', kind: 'trained_on' };
      const answer = await declare('ada', edge, fine);
      expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([status, path]);
      expect(await edgesOf('m')).not.toContain('model_version:m/1 trained_on dataset:fine');
    });

    test('is declared by who may edit the version that it is about', async () => {
      await register('mine');
      await register('theirs');
      const only = (pattern: string, role: 'reader' | 'writer') => ({
        role,
        resource: 'model' as const,
        pattern,
      });
      people.set('bob', {
        ...people.actor('ada'),
        grants: [only('mine', 'writer'), only('theirs', 'reader')],
      });
      const derived = (from: string, to: string) => ({
        from: `model_version:${from}/1`,
        to: `model_version:${to}/1`,
        kind: 'derived_from',
      });
      expect((await declare('bob', derived('mine', 'theirs'))).status).toBe(201);
      expect((await declare('bob', derived('theirs', 'mine'))).status).toBe(403);
      const nobodys = { from: 'dataset:a', to: 'dataset:b', kind: 'derived_from' };
      expect((await declare('bob', nobodys)).status).toBe(403);
      expect((await declare('ada', nobodys)).status).toBe(201);
    });

    describe('from OpenLineage', () => {
      const RUN = '0197a5a0-0000-7000-8000-00000000000a';
      const event = (more: object = {}) => ({
        eventTime: '2026-03-04T05:00:00.000Z',
        eventType: 'COMPLETE',
        producer: 'https://example.org/etl',
        schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
        run: { runId: RUN },
        job: { namespace: 'etl', name: 'label' },
        inputs: [{ namespace: 's3://barn', name: 'raw' }],
        outputs: [
          {
            namespace: 'http://localhost:5136',
            name: 'm/1',
            facets: { version: { _producer: 'x', _schemaURL: 'y', datasetVersion: 'ignored' } },
          },
        ],
        ...more,
      });
      const tell = (more: object = {}, who = 'ada') =>
        people.as(who, 'POST', '/api/v1/lineage/openlineage', event(more));

      test('an event tells what its run read and made; the same again is nothing new', async () => {
        await register('m');
        expect(await tell()).toMatchObject({ status: 201, body: { added: 2 } });
        expect(await tell()).toMatchObject({ status: 200, body: { added: 0 } });
        // Another event, of which all was known.
        expect(await tell({ eventType: 'OTHER' })).toMatchObject({ status: 201, body: { added: 0 } });
        expect(await tell({ eventType: 'OTHER' })).toMatchObject({ status: 200, body: { added: 0 } });
        const job = `external:etl/label/${RUN}`;
        expect(await edgesOf('m', '?direction=upstream&depth=5')).toEqual(
          expect.arrayContaining([
            `${job} produced model_version:m/1`,
            `${job} derived_from dataset:s3://barn/raw`,
          ]),
        );
        const { nodes } = await graph('m', '?direction=upstream');
        expect(nodes).toContainEqual({ id: job, kind: 'external', label: 'etl/label' });
      });

      test("a run of MLflow's is that run, and was trained on what it read", async () => {
        const { body } = await people.as('ada', 'POST', '/api/2.0/mlflow/runs/create', {
          experiment_id: '0',
          start_time: 1,
        });
        const runId: string = body.run.info.run_id;
        await register('m', { run_id: runId });
        const dashed = runId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
        const version = { datasetVersion: 'd1' };
        await tell({
          run: { runId: dashed },
          inputs: [{ namespace: 'farm', name: 'barn', facets: { version } }],
          outputs: [],
        });
        expect(await edgesOf('m', '?depth=5')).toContain(`run:${runId} trained_on dataset:farm/barn@d1`);
      });

      test('a run that failed made nothing, and one that is a part says of what', async () => {
        await register('m');
        const parent = { run: { runId: RUN }, job: { namespace: 'etl', name: 'nightly' } };
        const own = { runId: RUN.replace(/a$/, 'b'), facets: { parent } };
        expect(await tell({ eventType: 'FAIL', inputs: [], run: own })).toMatchObject({ body: { added: 1 } });
        expect(await edgesOf('m', '?direction=upstream&depth=5&edges=produced')).toHaveLength(1);
      });

      test.each([
        [{ eventTime: 'now' }, 400, '/eventTime'],
        [{ run: { runId: 'x' } }, 400, '/run/runId'],
        [{ eventType: 'MAYBE' }, 400, '/eventType'],
        [{ job: {} }, 400, '/job/namespace'],
        [{ outputs: [{ namespace: 'http://localhost:5136', name: 'm/9' }] }, 404, undefined],
      ])('%j is refused', async (more, status, path) => {
        await register('m');
        const { status: answered, body } = await tell(more);
        expect([answered, body.errors?.[0]?.path]).toEqual([status, path]);
      });
    });

    describe('with bad data', () => {
      const taint = (who = 'dan') =>
        people.as(who, 'POST', '/api/v1/lineage/taints', {
          dataset: 'barn',
          digest: 'd1',
          reason: 'labels of house 3 were swapped',
        });
      const taints = async (query = '') =>
        (await people.as('ada', 'GET', `/api/v1/lineage/taints${query}`)).body.taints;
      async function govern(): Promise<void> {
        const policy = {
          name: 'strict',
          applies_to: { models: ['*'] },
          transitions: [
            { from: ['development'], to: 'staging' },
            { from: ['staging'], to: 'production' },
            { from: ['production'], to: 'archived' },
          ],
          exclusive: { production: { displaced_to: 'archived' } },
        };
        const made = await people.as('root', 'PUT', '/api/v1/policies/strict', policy, {
          'if-none-match': '*',
        });
        expect(made.status).toBe(200);
      }

      test('nothing that depends on it enters production, not even by force, until the taint is lifted', async () => {
        await govern();
        await register('base', { datasets: [DATASET] });
        await register('child', { parent_model: 'base/1' });
        await register('clean');
        for (const name of ['child', 'clean']) expect((await move(name, 'staging')).status).toBe(200);
        const placed = await taint();
        expect(placed.status).toBe(201);
        const refused = await move('child', 'production');
        expect([refused.status, refused.body.code]).toEqual([409, 'version_tainted']);
        expect(refused.body.detail).toContain('barn@d1 (labels of house 3 were swapped)');
        const force = { force: true, reason: 'there is nothing else' };
        expect((await move('child', 'production', force)).body.code).toBe('version_tainted');
        const wire = await people.as('root', 'POST', '/api/2.0/mlflow/model-versions/transition-stage', {
          name: 'child',
          version: '1',
          stage: 'Production',
        });
        expect([wire.status, wire.body.error_code]).toEqual([403, 'PERMISSION_DENIED']);
        expect((await move('clean', 'production')).status).toBe(200);
        const shown = (await people.as('ada', 'GET', '/api/v1/models/child?version=1')).body.taints;
        expect(shown).toMatchObject([{ id: placed.body.taint.id, dataset: 'barn', digest: 'd1' }]);
        const { id } = placed.body.taint;
        expect((await people.as('dan', 'DELETE', `/api/v1/lineage/taints/${id}?reason=fine`)).status).toBe(
          403,
        );
        expect((await people.as('root', 'DELETE', `/api/v1/lineage/taints/${id}?reason=fine`)).status).toBe(
          200,
        );
        expect((await people.as('root', 'DELETE', `/api/v1/lineage/taints/${id}?reason=x`)).body.code).toBe(
          'taint_lifted',
        );
        expect((await move('child', 'production')).status).toBe(200);
        expect((await people.as('ada', 'GET', '/api/v1/models/child?version=1')).body.taints).toEqual([]);
      });

      test('whoever decides on a request sees it', async () => {
        await register('m', { datasets: [DATASET] });
        const policy = {
          name: 'asked',
          applies_to: { models: ['m'] },
          transitions: [
            { from: ['development'], to: 'staging', approvals: [{ required: 1, from: ['role:approver'] }] },
          ],
        };
        await people.as('root', 'PUT', '/api/v1/policies/asked', policy, { 'if-none-match': '*' });
        const { request } = (await move('m', 'staging')).body;
        const shown = async () =>
          (await people.as('dan', 'GET', `/api/v1/transition-requests/${request.id}`)).body.request.taints;
        expect(await shown()).toEqual([]);
        await taint();
        expect(await shown()).toMatchObject([{ dataset: 'barn', reason: 'labels of house 3 were swapped' }]);
      });

      test('the list tells what is still live, down to nothing', async () => {
        await register('m', { datasets: [DATASET] });
        await move('m', 'production');
        await taint();
        expect(await taints()).toMatchObject([
          { dataset: 'barn', placed_by: 'dan', affected_count: 1, live: [{ model_name: 'm', version: 1 }] },
        ]);
        await register('m');
        await people.as('root', 'POST', '/api/v1/models/transition', {
          model_name: 'm',
          version: 2,
          new_stage: 'production',
        });
        expect(await taints()).toMatchObject([{ affected_count: 1, live: [] }]);
        expect(await taints('?state=all&limit=1')).toHaveLength(1);
        const reader = (pattern: string) => [
          { role: 'reader' as const, resource: 'model' as const, pattern },
        ];
        const seenBy = async (pattern: string) => {
          people.set('eve', { ...people.actor('ada'), grants: reader(pattern) });
          return (await people.as('eve', 'GET', '/api/v1/lineage/taints')).body.taints.length;
        };
        expect([await seenBy('m'), await seenBy('other'), await seenBy('*')]).toEqual([1, 0, 1]);
      });

      test('is marked by approvers on all models', async () => {
        expect((await taint('ada')).status).toBe(403);
        const empty = await people.as('dan', 'POST', '/api/v1/lineage/taints', {
          dataset: ' ',
          digest: 'd',
          reason: 'r',
        });
        expect([empty.status, empty.body.errors[0].path]).toEqual([400, '/dataset']);
        expect((await people.as('root', 'DELETE', '/api/v1/lineage/taints/none?reason=r')).status).toBe(404);
      });
    });
  });
