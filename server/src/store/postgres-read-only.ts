import { openPostgres } from './dialect.postgres.ts';
import type { Engine } from './dialect.ts';

/** As `openPostgres`, but the server itself refuses every write. */
export function openPostgresReadOnly(url: string): Engine {
  const readOnly = new URL(url);
  const options = readOnly.searchParams.get('options');
  const setting = '-c default_transaction_read_only=on';
  readOnly.searchParams.set('options', options === null ? setting : `${options} ${setting}`);
  return openPostgres(readOnly.href);
}
