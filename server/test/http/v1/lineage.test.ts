import { describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../../src/domain/actor.ts';
import { paths, v1Client } from './v1-client.ts';

interface Graph {
  nodes: { id: string; kind: string; label: string }[];
  edges: { from: string; to: string; kind: string; at: string }[];
  truncated: boolean;
}

describe('getLineage', () => {
  test('tells training, performance and parent of a version', async () => {
    await using v1 = await v1Client();
    await v1.register('m', {
      metrics: { accuracy: 0.9 },
      hyperparameters: { depth: 3 },
      data_version: 'v1.2.3',
      code_version: 'abc123',
      parent_model: 'resnet50',
    });
    expect((await v1.get('/models/m/lineage/1')).body['lineage']).toEqual({
      model: { name: 'm', version: 1, stage: 'development' },
      training: {
        data_version: 'v1.2.3',
        code_version: 'abc123',
        created_at: '2026-03-04T06:00:00.000Z',
        created_by: 'local',
      },
      performance: { accuracy: 0.9 },
      hyperparameters: { depth: '3' },
      model_size_mb: null,
      parent_model: 'resnet50',
    });
  });

  test('the graph has run, data, code and the line of parents', async () => {
    await using v1 = await v1Client();
    await v1.register('base', { parent_model: 'resnet50' });
    const { body } = await v1.register('m', {
      parent_model: 'base/1',
      data_version: 'd1',
      code_version: 'c1',
      datasets: [{ name: 'barn', digest: 'x' }],
    });
    const graph = (await v1.get('/models/m/lineage/1')).body['graph'] as Graph;
    const run = `run:${body['run_id']}`;
    const edges = graph.edges.map(({ from, to, kind }) => [from, kind, to]);
    expect(edges).toEqual(
      expect.arrayContaining([
        ['model_version:m/1', 'built_by', 'code:c1'],
        ['model_version:m/1', 'trained_on', 'dataset:d1'],
        [run, 'produced', 'model_version:m/1'],
        [run, 'trained_on', 'dataset:barn@x'],
        ['model_version:m/1', 'derived_from', 'model_version:base/1'],
        ['model_version:base/1', 'derived_from', 'external:resnet50'],
      ]),
    );
    expect(graph.truncated).toBe(false);
    for (const { from, to } of graph.edges)
      for (const id of [from, to]) expect(graph.nodes.map((node) => node.id)).toContain(id);
  });

  test('depth bounds the graph, also along a chain', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    for (let i = 1; i < 6; i += 1) await v1.register('m', { parent_model: `m/${i}` });
    const versions = async (query: string) => {
      const graph = (await v1.get(`/models/m/lineage/6${query}`)).body['graph'] as Graph;
      return graph.nodes.filter(({ kind }) => kind === 'model_version').map(({ label }) => label);
    };
    expect(await versions('?depth=1')).toEqual(['m/6', 'm/5']);
    expect(await versions('')).toEqual(['m/6', 'm/5', 'm/4', 'm/3']);
    expect(await versions('?depth=20')).toHaveLength(6);
    expect(await versions('?direction=downstream')).toEqual(['m/6']);
  });

  test('a parent that may not be read is absent without a trace', async () => {
    await using v1 = await v1Client();
    await v1.register('secret');
    await v1.register('m', { parent_model: 'secret/1' });
    v1.server.actAs({ ...LOCAL_ACTOR, grants: [{ role: 'reader', resource: 'model', pattern: 'm' }] });
    const { text, body } = await v1.get('/models/m/lineage/1');
    expect((body['graph'] as Graph).edges).toEqual([]);
    expect(text).not.toContain('secret');
  });

  test('a parent that was deleted stays in the graph as a name', async () => {
    await using v1 = await v1Client();
    await v1.register('base');
    await v1.register('m', { parent_model: 'base/1' });
    await v1.send('DELETE', '/models/base');
    const { nodes } = (await v1.get('/models/m/lineage/1')).body['graph'] as Graph;
    expect(nodes.map(({ id }) => id)).toContain('model_version:base/1');
  });

  test.each(['depth=0', 'depth=21', 'depth=x', 'direction=sideways'])('%s is refused', async (query) => {
    await using v1 = await v1Client();
    await v1.register('m');
    expect(paths(await v1.get(`/models/m/lineage/1?${query}`))).toEqual([query.split('=')[0]]);
  });
});
