import type { DatabaseCheck, DatabaseInspector } from '../operations/ports/database.ts';
import { describeDatabase, renderRows } from './database-rows.ts';

/** Prints whether the registry could serve a database; answers the exit code: 0 when it could, else 1. */
export async function dbCheck(
  inspector: DatabaseInspector,
  options: { readonly json: boolean },
  print: (text: string) => void,
): Promise<number> {
  const check = await inspector.check();
  print(options.json ? `${JSON.stringify(check, null, 2)}\n` : renderCheck(check));
  return check.usable ? 0 : 1;
}

function renderCheck(check: DatabaseCheck): string {
  const rows = describeDatabase(check);
  if (check.state === 'mlflow') rows.push(['tables', "MLflow's tables fit"]);
  for (const misfit of check.misfits) rows.push(['misfit', misfit]);
  for (const warning of check.warnings) rows.push(['warning', warning]);
  if (check.usable) rows.push(['to create', toCreate(check)], ...waiting(check));
  rows.push(['usable', check.usable ? 'yes' : `no: ${check.reason}`]);
  return renderRows(rows);
}

function toCreate({ toCreate: wanted }: DatabaseCheck): string {
  const parts = [
    wanted.mlflowTables ? ["MLflow's tables"] : [],
    wanted.defaultExperiment && !wanted.mlflowTables ? ['the experiment Default'] : [],
    wanted.migrations.map((migration) => `migration ${migration}`),
    wanted.indexes.length === 0 ? [] : [`${wanted.indexes.length} indexes of ours on MLflow's tables`],
  ].flat();
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

function waiting({ waiting: found }: DatabaseCheck): [string, string][] {
  if (found === null) return [];
  return [
    ['to adopt', `${found.models} models, ${found.versions} versions`],
    ['changed', `${found.stages} stages, ${found.aliases} aliases (by MLflow, since we looked last)`],
    ['gone', `${found.deletedModels} models (or renamed), ${found.deletedVersions} versions`],
  ];
}
