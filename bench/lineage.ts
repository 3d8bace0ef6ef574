import { closedLoop, percentile, together } from './closed-loop.ts';
import { request } from './connection.ts';
import type { Databases } from './database.ts';
import { addVersions, createModel, runStatements } from './million.ts';
import { startRegistry } from './server-process.ts';

const NAME = 'model-of-10000';
const VERSIONS = 10_000;
const EDGES = 100_000;
const V1 = '/api/v1';

/** What is asked, and what it may take at the 95th percentile, in ms. */
const CALLS: readonly (readonly [name: string, path: string, budgetMs: number])[] = [
  ['lineage, upstream', `/models/${NAME}/lineage/9999?depth=20&direction=upstream`, 50],
  ['lineage, 500 nodes downstream', `/models/${NAME}/lineage/1?depth=20&direction=downstream`, 50],
  ['compare two versions', `/models/${NAME}/compare?version1=1&version2=9999`, 100],
  [
    'compare twenty versions',
    `/models/${NAME}/compare?base=1&versions=${Array.from({ length: 20 }, (_, i) => 100 + i * 450).join(',')}`,
    100,
  ],
  ['series, 100 versions', `/models/${NAME}/series?metric=accuracy`, 100],
  // Every version and every edge: no budget is given for it.
  ['impact, 10,000 versions', '/lineage/impact?dataset=0&digest=0', Number.POSITIVE_INFINITY],
];

/**
 * A tree of datasets, ten below each, made from version 1; version i was trained on dataset i. So everything is
 * downstream of version 1, and a dataset at the root.
 */
export async function lineage(databases: Databases, seconds: number): Promise<void> {
  const place = await databases.create('lineage');
  const first = await startRegistry(place);
  await createModel(first.origin, NAME);
  await first.stop();
  await addVersions(place, NAME, VERSIONS);
  const model = `(select model_id from registry_models where name = '${NAME}')`;
  const numbers = (count: number) =>
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})`;
  const into = `insert into registry_lineage_edges (workspace, downstream, upstream, kind, origin, declared_by, at_ms)`;
  const said = `'declared', 'local', 1700000000000`;
  await runStatements(place, [
    `${numbers(EDGES - VERSIONS)} ${into} select 'default', 'dataset:' || i || '@0', 'dataset:' || (i / 10) || '@0',
       'derived_from', ${said} from n`,
    `${numbers(VERSIONS)} ${into} select 'default', 'model_version:' || ${model} || '/' || i, 'dataset:' || i || '@0',
       'trained_on', ${said} from n where i > 1`,
    `${into} select 'default', 'dataset:0@0', 'model_version:' || ${model} || '/1', 'derived_from', ${said}`,
  ]);
  const server = await startRegistry(place);
  for (const [name, path, budgetMs] of CALLS) {
    const bytes = request('GET', V1 + path);
    const load = { origin: server.origin, connections: 1, request: () => bytes };
    await closedLoop({ ...load, seconds: 1 });
    const measured = together([await closedLoop({ ...load, seconds })]);
    const p95 = percentile(measured, 0.95);
    const verdict = Number.isFinite(budgetMs) ? (p95 <= budgetMs ? ': met' : ': missed') : '';
    console.log(
      `${name.padEnd(30)} p50 ${percentile(measured, 0.5).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms${verdict}${measured.errors > 0 ? ' (errors)' : ''}`,
    );
  }
  await server.stop();
}
