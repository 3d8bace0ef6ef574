import { describe, expect, test } from 'vitest';
import { paths, problemOf, v1Client } from './v1-client.ts';

describe('compareVersions', () => {
  test('lists every metric and hyperparameter, and judges by well-known names', async () => {
    await using v1 = await v1Client();
    await v1.register('m', {
      metrics: { accuracy: 0.93, val_loss: 0.4, birds: 7, old: 1, zero: 0 },
      hyperparameters: { max_depth: 8, trees: 100 },
      tags: { team: 'vision', same: 'x' },
      data_version: 'd1',
    });
    await v1.register('m', {
      metrics: { accuracy: 0.95, val_loss: 0.4, birds: 8, zero: 1 },
      hyperparameters: { max_depth: 10, trees: 100 },
      tags: { team: 'barn', same: 'x' },
      data_version: 'd1',
      code_version: 'c2',
    });
    const { body } = await v1.get('/models/m/compare?version1=1&version2=1.1.0');
    expect(body).toEqual({
      success: true,
      model_name: 'm',
      version1: 1,
      version2: 2,
      metrics_diff: {
        accuracy: metric(0.93, 0.95, 0.02, 2.15, 'higher_is_better', 'better'),
        birds: metric(7, 8, 1, 14.29, null, 'changed'),
        old: metric(1, null, null, null, null, 'missing'),
        val_loss: metric(0.4, 0.4, 0, 0, 'lower_is_better', 'same'),
        zero: metric(0, 1, 1, null, null, 'changed'),
      },
      hyperparameters_diff: {
        max_depth: { v1: '8', v2: '10', changed: true },
        trees: { v1: '100', v2: '100', changed: false },
      },
      data_version_changed: false,
      code_version_changed: true,
      size_diff_mb: null,
      tags_diff: { team: { v1: 'vision', v2: 'barn', changed: true } },
      signature_diff: { compatibility: 'unknown', changes: [] },
      files_diff: { added: [], removed: [], changed: [], unchanged_count: 0 },
      requirements_diff: [],
      datasets_diff: [],
      verdict: {
        outcome: 'better',
        reasons: [
          'accuracy is better: 0.93 became 0.95',
          'birds changed from 7 to 8; which way is better is unknown',
          'old is missing in version2',
          'zero changed from 0 to 1; which way is better is unknown',
        ],
      },
    });
  });

  test('without version2 it is compared with production', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    await v1.register('m');
    expect(problemOf(await v1.get('/models/m/compare?version1=2'))).toMatchObject({
      status: 404,
      code: 'version_not_found',
    });
    await v1.transition('m', 1, 'production');
    expect((await v1.get('/models/m/compare?version1=2')).body).toMatchObject({ version1: 2, version2: 1 });
    expect(paths(await v1.get('/models/m/compare'))).toEqual(['version1']);
  });

  test('sealed files are compared by digest, and sizes in megabytes', async () => {
    await using v1 = await v1Client();
    const put = async (run: string, files: Record<string, string>) => {
      const { source } = (await v1.get(`/models/${run}`)).body;
      for (const [path, text] of Object.entries(files))
        await v1.server.app.inject({
          method: 'PUT',
          url: `/api/2.0/mlflow-artifacts/artifacts/${String(source).replace('mlflow-artifacts:/', '')}/${path}`,
          payload: Buffer.from(text),
        });
    };
    const a = (await v1.register('a')).body['run_id'];
    const b = (await v1.register('b')).body['run_id'];
    await put('a', { same: 'x', gone: 'y', changed: 'one' });
    await put('b', { same: 'x', come: 'z', changed: 'three' });
    await v1.register('m', { run_id: a });
    await v1.register('m', { run_id: b });
    const { body } = await v1.get('/models/m/compare?version1=1&version2=2');
    expect(body['files_diff']).toMatchObject({
      added: ['come'],
      removed: ['gone'],
      changed: [{ path: 'changed', size_diff: 2 }],
      unchanged_count: 1,
    });
    expect(body['size_diff_mb']).toBe(0.000002);
  });

  test('a version without metrics cannot be compared by them', async () => {
    await using v1 = await v1Client();
    await v1.register('m');
    await v1.register('m');
    expect((await v1.get('/models/m/compare?version1=1&version2=2')).body['verdict']).toEqual({
      outcome: 'not_comparable',
      reasons: ['neither version has metrics'],
    });
  });

  test('metrics that were measured on other data cannot be compared, whatever their values', async () => {
    await using v1 = await v1Client();
    const mlflow = async (path: string, payload: object) =>
      (await v1.server.app.inject({ method: 'POST', url: `/api/2.0/mlflow/${path}`, payload })).json();
    const { run_id } = (await v1.register('origin')).body;
    const evaluated = async (values: Record<string, [value: number, digest: string | null]>) => {
      const { model } = await mlflow('logged-models', { experiment_id: '1', name: 'candidate' });
      const { model_id } = model.info;
      for (const [key, [value, digest]] of Object.entries(values))
        await mlflow('runs/log-metric', {
          ...{ run_id, key, value, timestamp: 1, model_id },
          ...(digest !== null && { dataset_name: 'barn', dataset_digest: digest }),
        });
      await v1.register('m', { source: `models:/${model_id}` });
    };
    await evaluated({ accuracy: [0.9, 'd1'], recall: [0.9, 'd1'], loss: [0.3, 'd1'], mae: [1, null] });
    await evaluated({ accuracy: [0.8, 'd2'], recall: [0.95, 'd1'], loss: [0.2, null], mae: [2, null] });
    const { body } = await v1.get('/models/m/compare?version1=1&version2=2');
    expect(body['metrics_diff']).toMatchObject({
      accuracy: { v1: 0.9, v2: 0.8, dataset: 'different', verdict: 'not_comparable' },
      recall: { dataset: 'same', verdict: 'better' },
      loss: { dataset: 'different', verdict: 'not_comparable' },
      mae: { dataset: 'undeclared', verdict: 'worse' },
    });
    expect(body['verdict']).toMatchObject({ outcome: 'mixed' });
  });

  test('data that differ are listed', async () => {
    await using v1 = await v1Client();
    await v1.register('m', {
      datasets: [
        { name: 'barn', digest: 'd1' },
        { name: 'same', digest: 's' },
      ],
    });
    await v1.register('m', {
      datasets: [
        { name: 'barn', digest: 'd2' },
        { name: 'same', digest: 's' },
      ],
    });
    expect((await v1.get('/models/m/compare?version1=1&version2=2')).body['datasets_diff']).toEqual([
      { name: 'barn', v1: 'd1', v2: 'd2' },
    ]);
  });
});

function metric(
  v1: number | null,
  v2: number | null,
  diff: number | null,
  pct_change: number | null,
  direction: string | null,
  verdict: string,
) {
  return { v1, v2, diff, pct_change, direction, verdict, dataset: 'undeclared' };
}
