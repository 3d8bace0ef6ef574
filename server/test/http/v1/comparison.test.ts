import { describe, expect, test } from 'vitest';
import { storeTargets } from '../../support/store-targets.ts';
import { paths, problemOf, type V1Client, v1Client } from './v1-client.ts';

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
      dataset_metrics_diff: [],
      hyperparameters_diff: {
        max_depth: { v1: '8', v2: '10', changed: true },
        trees: { v1: '100', v2: '100', changed: false },
      },
      data_version_changed: false,
      code_version_changed: true,
      size_diff_mb: null,
      tags_diff: { team: { v1: 'vision', v2: 'barn', changed: true } },
      signature_diff: { compatibility: 'unknown', changes: [] },
      files_diff: { added: [], removed: [], changed: [], renamed: [], unchanged_count: 0 },
      requirements_diff: [],
      gates: [],
      days_in_production: { v1: 0, v2: 0 },
      approvals: { v1: [], v2: [] },
      datasets_diff: [],
      verdict: {
        outcome: 'better',
        reasons: [
          'accuracy is better: 0.93 became 0.95',
          'birds changed from 7 to 8; which way is better is unknown',
          'old is missing in version 2',
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

  test('where the data are named, each metric is compared on each of them', async () => {
    await using v1 = await v1Client();
    const mlflow = async (path: string, payload: object) =>
      (await v1.server.app.inject({ method: 'POST', url: `/api/2.0/mlflow/${path}`, payload })).json();
    const { run_id } = (await v1.register('origin')).body;
    const measured = async (
      ...points: readonly (readonly [value: number, dataset: string, digest: string])[]
    ) => {
      const { model_id } = (await mlflow('logged-models', { experiment_id: '1', name: 'candidate' })).model
        .info;
      for (const [step, [value, dataset_name, dataset_digest]] of points.entries())
        await mlflow('runs/log-metric', {
          ...{ run_id, key: 'recall', value, timestamp: 1, step, model_id, dataset_name, dataset_digest },
        });
      await v1.register('m', { source: `models:/${model_id}` });
    };
    await measured([0.8, 'day', 'd1'], [0.7, 'night', 'n1'], [0.6, 'fog', 'f1']);
    await measured([0.9, 'night', 'n1'], [0.75, 'day', 'd1'], [0.7, 'day', 'd1'], [0.5, 'fog', 'f2']);
    const { body } = await v1.get('/models/m/compare?version1=1&version2=2');
    const found = body['dataset_metrics_diff'] as Record<string, unknown>[];
    expect(
      found.map(({ dataset, digest, v1: a, v2: b, verdict }) => [dataset, digest, a, b, verdict]),
    ).toEqual([
      ['day', 'd1', 0.8, 0.7, 'worse'],
      ['fog', 'f1', 0.6, null, 'missing'],
      ['fog', 'f2', null, 0.5, 'missing'],
      ['night', 'n1', 0.7, 0.9, 'better'],
    ]);
    const { text } = await v1.get('/models/m/compare?version1=1&version2=2&format=markdown');
    expect(text).toContain('| recall on night\\@n1 | 0.7 | 0.9 (+0.2, +28.57 %, better) |\n');
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

describe('compareVersions, with all that is told of versions', () => {
  const DAY_MS = 86_400_000;
  async function files(v1: V1Client, given: Record<string, string>): Promise<void> {
    const origin = `origin-${JSON.stringify(given).length}`;
    const { run_id } = (await v1.register(origin)).body;
    const { source } = (await v1.get(`/models/${origin}`)).body;
    for (const [path, text] of Object.entries(given))
      await v1.server.app.inject({
        method: 'PUT',
        url: `/api/2.0/mlflow-artifacts/artifacts/${String(source).replace('mlflow-artifacts:/', '')}/${path}`,
        payload: Buffer.from(text),
      });
    expect((await v1.register('m', { run_id })).status).toBe(201);
  }

  test('files under another name are renamed, and requirements are read from the sealed files', async () => {
    await using v1 = await v1Client();
    await files(v1, { 'a.bin': 'weights', 'requirements.txt': 'mlflow==3.16.0\nnumpy' });
    await files(v1, {
      'b.bin': 'weights',
      'conda.yaml': 'dependencies:\n- pip:\n  - mlflow==3.17.2\n  - Pandas',
    });
    const { body } = await v1.get('/models/m/compare?version1=1&version2=2');
    expect(body['files_diff']).toMatchObject({
      added: ['conda.yaml'],
      removed: ['requirements.txt'],
      renamed: [{ from: 'a.bin', to: 'b.bin' }],
    });
    expect(body['requirements_diff']).toEqual([
      { package: 'mlflow', from: '==3.16.0', to: '==3.17.2' },
      { package: 'numpy', from: '', to: null },
      { package: 'pandas', from: null, to: '' },
    ]);
  });

  test('the policy says which way a metric gets better, and whether its gates would be passed', async () => {
    await using v1 = await v1Client();
    await v1.register('m', { metrics: { gain: 2, accuracy: 0.9 } });
    await v1.register('m', { metrics: { gain: 3, accuracy: 0.8 } });
    await v1.transition('m', 1, 'production');
    v1.server.clock.advance(1.5 * DAY_MS);
    const policy = {
      name: 'p',
      transitions: [
        {
          from: ['staging'],
          to: 'production',
          gates: [{ metric: 'accuracy', not_worse_than: 'production' }],
        },
      ],
      metrics: { gain: { direction: 'lower_is_better' } },
    };
    await v1.send('PUT', '/policies/p', { body: policy, headers: { 'if-none-match': '*' } });
    await v1.send('PUT', '/models/m/policy', { body: { policy: 'p' } });
    const { body } = await v1.get('/models/m/compare?version1=1&version2=2');
    expect(body).toMatchObject({
      metrics_diff: { gain: { direction: 'lower_is_better', verdict: 'worse' } },
      gates: [{ metric: 'accuracy', outcome: 'failed', incumbent: { version: 1 } }],
      days_in_production: { v1: 1.5, v2: 0 },
      verdict: {
        outcome: 'worse',
        reasons: expect.arrayContaining([
          'it would not pass into production: accuracy is 0.8, 0.9 of version 1 in production: −0.1, which is worse; 0 is tolerated',
        ]),
      },
    });
  });

  async function three(v1: V1Client): Promise<void> {
    await v1.register('m', {
      metrics: { accuracy: 0.9 },
      hyperparameters: { depth: 3 },
      tags: { team: 'a' },
    });
    await v1.register('m', { metrics: { accuracy: 0.95, mae: 2 }, hyperparameters: { depth: 3 } });
    await v1.register('m', {
      metrics: { accuracy: 0.85, '-evil': 1 },
      hyperparameters: { depth: 4, note: '<b>|@x' },
      tags: { team: 'b' },
    });
  }

  test('several stand side by side against a base', async () => {
    await using v1 = await v1Client();
    await three(v1);
    expect(problemOf(await v1.get('/models/m/compare?versions=2,3'))).toMatchObject({ status: 404 });
    await v1.transition('m', 1, 'production');
    const { body } = await v1.get('/models/m/compare?versions=2,1.2.0,1');
    expect(body).toMatchObject({
      base: { version: 1, semantic_version: '1.0.0', stage: 'production' },
      candidates: [
        { version: 2, verdict: { outcome: 'better' }, gates: [] },
        { version: 3, verdict: { outcome: 'worse' }, signature_diff: { compatibility: 'unknown' } },
      ],
    });
    const rows = body['rows'] as { kind: string; name: string }[];
    expect(rows.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'metric -evil',
      'metric accuracy',
      'metric mae',
      'hyperparameter depth',
      'hyperparameter note',
      'tag team',
    ]);
    expect(rows[1]).toEqual({
      kind: 'metric',
      name: 'accuracy',
      base: 0.9,
      values: [
        { value: 0.95, diff: 0.05, pct_change: 5.56, verdict: 'better' },
        { value: 0.85, diff: -0.05, pct_change: -5.56, verdict: 'worse' },
      ],
    });
    expect((await v1.get('/models/m/compare?versions=1,2&base=3')).body).toMatchObject({
      base: { version: 3 },
      candidates: [{ version: 1 }, { version: 2 }],
    });
  });

  test.each([
    ['versions=2', 'versions'],
    [`versions=${Array.from({ length: 21 }, (_, i) => i + 1).join(',')}`, 'versions'],
    ['versions=2,2&base=1', 'versions'],
    ['versions=2,1.1.0&base=1', 'versions'],
    ['versions=2,x&base=1', 'versions'],
    ['versions=2,3&base=staging', 'base'],
    ['versions=2,3&version1=1', 'version1'],
    ['version1=1&version2=2&base=3', 'base'],
    ['', 'version1'],
    ['version1=1&version2=2&format=pdf', 'format'],
  ])('?%s is refused', async (query, path) => {
    await using v1 = await v1Client();
    await three(v1);
    const answer = await v1.get(`/models/m/compare?${query}`);
    expect([answer.status, paths(answer)]).toEqual([400, [path]]);
  });

  test('as Markdown for a pull request, and as CSV for a spreadsheet', async () => {
    await using v1 = await v1Client();
    await three(v1);
    const markdown = await v1.get('/models/m/compare?version1=1&version2=3&format=markdown');
    expect(markdown.headers['content-type']).toBe('text/markdown; charset=utf-8');
    expect(markdown.text).toContain('### m: version 3 against version 1\n\n**Version 3: worse**\n');
    expect(markdown.text).toContain('|  | 1 (development) | 3 (development) |\n| --- | --- | --- |\n');
    expect(markdown.text).toContain('| accuracy | 0.9 | 0.85 (-0.05, -5.56 %, worse) |\n');
    expect(markdown.text).toContain('| -evil | – | 1 |\n');
    expect(markdown.text).toContain('| hyperparameter note | – | &lt;b&gt;\\|\\@x |\n');
    const csv = await v1.get('/models/m/compare?versions=2,3&base=1&format=csv');
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    const lines = csv.text.split('\r\n');
    expect(lines[0]).toBe(
      'kind,name,version 1,version 2,version 2 difference,version 2 percent,version 2 verdict,version 3,version 3 difference,version 3 percent,version 3 verdict',
    );
    expect(lines).toContain("metric,'-evil,,,,,missing,1,,,missing");
    expect(lines).toContain('metric,accuracy,0.9,0.95,0.05,5.56,better,0.85,-0.05,-5.56,worse');
  });
});

test('Markdown of very much fits into a comment, and counts what it leaves out', async () => {
  await using v1 = await v1Client();
  const metrics = (value: number) =>
    Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`${'long-name-'.repeat(10)}${i}_loss`, value]));
  await v1.register('m', { metrics: metrics(1) });
  await v1.register('m', { metrics: metrics(2) });
  const { text } = await v1.get('/models/m/compare?version1=1&version2=2&format=markdown');
  expect(text.length).toBeLessThan(65_536);
  expect(text).toContain('- … and 870 more\n');
  const left = Number(/… and (\d+) more rows\n$/.exec(text)?.[1]);
  expect(left).toBeGreaterThan(100);
  expect(text.match(/^\| long-name/gm)?.length).toBeGreaterThan(100);
});

test('on PostgreSQL the same is told of the same', async () => {
  const answers: unknown[] = [];
  for (const target of storeTargets.filter(({ name }) => name !== 'SQLite file')) {
    await using v1 = await v1Client({ target });
    const mlflow = async (path: string, payload: object) =>
      (await v1.server.app.inject({ method: 'POST', url: `/api/2.0/mlflow/${path}`, payload })).json();
    for (const recall of [0.8, 0.9, 0.7]) {
      const { run_id } = (await v1.register('origin', { datasets: [{ name: 'barn', digest: 'x' }] })).body;
      const { model_id } = (await mlflow('logged-models', { experiment_id: '1', name: 'net' })).model.info;
      await mlflow('runs/log-metric', {
        ...{ run_id, key: 'recall', value: recall, timestamp: 1, model_id },
        ...{ dataset_name: 'day', dataset_digest: 'd1' },
      });
      await v1.register('m', { source: `models:/${model_id}`, tags: { recall } });
      await v1.transition('m', 1, 'production');
    }
    answers.push([
      (await v1.get('/models/m/compare?version1=1&version2=2')).body,
      (await v1.get('/models/m/compare?versions=2,3')).body,
      (await v1.get('/models/m/series?metric=recall')).body['series'],
    ]);
  }
  expect(answers).toHaveLength(2);
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[0]).toMatchObject([
    { dataset_metrics_diff: [{ metric: 'recall', v1: 0.8, v2: 0.9, verdict: 'better' }] },
    { base: { version: 1, stage: 'production' }, candidates: [{ version: 2 }, { version: 3 }] },
    [{ value: 0.7 }, { value: 0.9 }, { value: 0.8 }],
  ]);
});

describe('getSeries', () => {
  test('tells one metric of all versions, page by page', async () => {
    await using v1 = await v1Client();
    for (const accuracy of [0.8, 0.9]) await v1.register('m', { metrics: { accuracy } });
    await v1.register('m');
    const first = (await v1.get('/models/m/series?metric=accuracy&limit=2')).body;
    expect(first).toMatchObject({
      metric: 'accuracy',
      direction: 'higher_is_better',
      series: [
        { version: 3, value: null },
        { version: 2, value: 0.9, semantic_version: '1.1.0', stage: 'development' },
      ],
    });
    const second = (
      await v1.get(`/models/m/series?metric=accuracy&limit=2&page_token=${first['next_page_token']}`)
    ).body;
    expect(second['series']).toMatchObject([{ version: 1, value: 0.8 }]);
    expect(second).not.toHaveProperty('next_page_token');
    expect((await v1.get('/models/m/series?metric=birds')).body).toMatchObject({ direction: null });
    expect(paths(await v1.get('/models/m/series'))).toEqual(['metric']);
    expect((await v1.get('/models/none/series?metric=a')).status).toBe(404);
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
