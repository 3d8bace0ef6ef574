import type { Migration } from './migration.ts';

/** From here on the database says of each migration which releases can still work with it. */
export const compatibility: Migration = {
  number: 19,
  name: 'compatibility',
  up: () => ['ALTER TABLE registry_migrations ADD COLUMN works_from integer'],
};
