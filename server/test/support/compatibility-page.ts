import type { RpcRow } from '../../src/http/mlflow/rpcs/rpc-row.ts';
import { mountedRoutes, RPCS } from '../../src/http/mlflow/rpcs.ts';
import { CLIENTS, MOVING } from './compatibility-prose.ts';
import { ALWAYS_GUARDED_CALLS, GUARDED_CALLS } from './guarded-calls.ts';
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
    '## What the guard refuses',
    '',
    'On purpose, and in sentences that say the way: [who decides what goes to production](governance.md). Under the policy `open` only the second table holds.',
    '',
    ...guardTable(GUARDED_CALLS),
    '',
    'Under every policy:',
    '',
    ...guardTable(ALWAYS_GUARDED_CALLS),
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

/** @throws when a call is named that is not answered. */
function guardTable(rows: typeof GUARDED_CALLS): string[] {
  const known = new Set<string>(
    RPCS.filter(({ status }) => status === 'implemented').map(({ name }) => name),
  );
  const unknown = rows.flatMap(({ calls }) => calls).filter((call) => !known.has(call));
  if (unknown.length > 0) throw new Error(`no calls of MLflow's: ${unknown.join(', ')}`);
  return [
    '| calls | refused | answer |',
    '|---|---|---|',
    ...rows.map(({ calls, refused, answer }) => `| ${calls.join(', ')} | ${refused} | ${answer} |`),
  ];
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
