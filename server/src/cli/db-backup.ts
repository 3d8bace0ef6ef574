import { renderRows } from './database-rows.ts';

/** What a backup holds. */
interface Backup {
  readonly file: string;
  readonly sizeBytes: number;
  readonly auditEvents: number;
  readonly registeredModels: number;
  readonly modelVersions: number;
}

/** Makes a backup and prints what is in it; answers the exit code. */
export async function dbBackup(
  make: () => Promise<Backup>,
  options: { readonly json: boolean },
  print: (text: string) => void,
): Promise<number> {
  const backup = await make();
  const rows: [string, string][] = [
    ['backup', backup.file],
    ['size', `${backup.sizeBytes} bytes`],
    ['registered models', String(backup.registeredModels)],
    ['versions', String(backup.modelVersions)],
    ['audit events', String(backup.auditEvents)],
  ];
  print(options.json ? `${JSON.stringify(backup, null, 2)}\n` : renderRows(rows));
  return 0;
}
