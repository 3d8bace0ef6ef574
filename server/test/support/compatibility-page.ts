import type { RpcRow } from '../../src/http/mlflow/rpcs/rpc-row.ts';
import { mountedRoutes, RPCS } from '../../src/http/mlflow/rpcs.ts';
import { CLIENTS, MOVING } from './compatibility-prose.ts';
import { DIFFERENCES } from './mlflow-differences.ts';

/** One page for users: docs/mlflow-compatibility.md. */
export function renderCompatibilityPage(): string {
  const implemented = RPCS.filter((row) => row.status === 'implemented');
  const absent = RPCS.filter((row) => row.status === 'absent');
  return [
    '# MLflow compatibility',
    '',
    'Generated from `server/src/http/mlflow/rpcs.ts`, the table that routing reads, and from the list of differences that the differential suite allows. The judge is MLflow 3.17.2.',
    '',
    CLIENTS,
    '',
    '## What is absent',
    '',
    `${implemented.length} of ${RPCS.length} calls are answered. The others answer 404 \`ENDPOINT_NOT_FOUND\` in JSON, which MLflow's clients understand:`,
    '',
    '| why | calls |',
    '|---|---|',
    ...[...Map.groupBy(absent, ({ reason }) => reason)].map(
      ([reason, rows]) => `| ${reason} | ${rows.map(({ name }) => name).join(', ')} |`,
    ),
    '',
    '## What differs on purpose',
    '',
    '| what | MLflow 3.17.2 | here | why |',
    '|---|---|---|---|',
    ...DIFFERENCES.map(({ what, mlflow, here, why }) => `| ${what} | ${mlflow} | ${here} | ${why} |`),
    '',
    MOVING,
    '',
    '## Every call that is answered',
    '',
    '| call | paths |',
    '|---|---|',
    ...implemented.map((row) => `| ${row.name} | ${paths(row)} |`),
    '',
  ].join('\n');
}

/** The paths without the second prefix of MLflow's web UI. */
function paths(row: RpcRow): string {
  return mountedRoutes(row)
    .filter(
      ({ url }, _, all) =>
        !url.startsWith('/ajax-api') || all.every((one) => one.url.startsWith('/ajax-api')),
    )
    .map(({ method, url }) => `\`${method} ${url}\``)
    .join('<br>');
}
