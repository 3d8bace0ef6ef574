import type { DatabaseInfo, DatabaseInspector } from '../operations/ports/database.ts';
import { describeDatabase, renderRows } from './database-rows.ts';

/** Prints what a database holds; answers the exit code. */
export async function dbInfo(
  inspector: DatabaseInspector,
  options: { readonly json: boolean },
  print: (text: string) => void,
): Promise<number> {
  const info = await inspector.info();
  print(options.json ? `${JSON.stringify(info, null, 2)}\n` : renderInfo(info));
  return 0;
}

function renderInfo(info: DatabaseInfo): string {
  const { migration } = info;
  const rows = describeDatabase(info);
  rows.push(['migration', migration === null ? 'none of ours' : `${migration.number} ${migration.name}`]);
  if (info.sizeBytes !== null) rows.push(['size', renderSize(info.sizeBytes)]);
  const width = Math.max(0, ...info.tables.map(({ name }) => name.length));
  const tables = info.tables.map(({ name, rows: count, sizeBytes }) => {
    const size = sizeBytes === null ? '' : `  ${renderSize(sizeBytes)}`;
    return `  ${name.padEnd(width)}  ${String(count).padStart(10)} rows${size}\n`;
  });
  return renderRows(rows) + tables.join('');
}

function renderSize(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
