import type { RpcRow } from '../../src/http/mlflow/rpcs/rpc-row.ts';
import { mountedRoutes, RPCS } from '../../src/http/mlflow/rpcs.ts';
import { DIFFERENCES } from './mlflow-differences.ts';

/** The table of RPCs and the list of intended differences as a Markdown page (docs/mlflow-compatibility.md). */
export function renderCompatibilityPage(): string {
  const implemented = RPCS.filter((row) => row.status === 'implemented');
  const absent = RPCS.filter((row) => row.status === 'absent');
  return [
    '# MLflow compatibility',
    '',
    'Generated from `server/src/http/mlflow/rpcs.ts`, the table that routing reads. The judge is MLflow 3.17.2.',
    '',
    `${implemented.length} of ${RPCS.length} calls are answered. The others answer 404 \`ENDPOINT_NOT_FOUND\` in JSON.`,
    '',
    '## Answered',
    '',
    '| call | paths |',
    '|---|---|',
    ...implemented.map((row) => `| ${row.name} | ${paths(row)} |`),
    '',
    '## Not answered',
    '',
    '| call | path | why |',
    '|---|---|---|',
    ...absent.map((row) => `| ${row.name} | ${paths(row)} | ${row.status === 'absent' ? row.reason : ''} |`),
    '',
    '## Intended differences',
    '',
    '| what | MLflow 3.17.2 | here | why |',
    '|---|---|---|---|',
    ...DIFFERENCES.map(({ what, mlflow, here, why }) => `| ${what} | ${mlflow} | ${here} | ${why} |`),
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
