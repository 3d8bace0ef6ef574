import type { Dialect } from '../dialect.ts';
import { DatabaseRefused } from './database-refused.ts';
import { withoutPassword } from './inspect.ts';

/** PostgreSQL: the user lacks a right. */
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * What the operator can mend as one sentence: a database that is away, lets nobody in, or whose user may not
 * do what is needed. Other failures pass unchanged.
 */
export function asRefusal(error: unknown, dialect: Dialect | null, uri: string): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseRefused) return error;
  const shown = withoutPassword(uri) ?? 'The database';
  if ('code' in error && error.code === INSUFFICIENT_PRIVILEGE)
    return new DatabaseRefused(
      `${shown}: ${error.message}; the registry's user needs CREATE on the schema of MLflow's tables, to own them ` +
        '(for its indexes), and to read and write them.',
    );
  if (dialect?.isUnavailable(error) !== true) return error;
  const reason = error.message || ('code' in error ? String(error.code) : 'no answer');
  return new DatabaseRefused(`${shown} cannot be opened: ${reason}.`);
}
