/** The Alembic revision of the tables that we make, and the newest MLflow that was tried on the same database. */
export const CREATED_REVISION = 'dc11669786a5';
export const NEWEST_TESTED = `${CREATED_REVISION}, MLflow 3.17.2`;

/** Every revision from MLflow 3.10 (the first with workspaces) to the newest tested, in order. */
export const KNOWN_REVISIONS: ReadonlySet<string> = new Set([
  '1b5f0d9ad7c1', // 3.10
  'e1f2a3b4c5d6',
  '76601a5f987d',
  'c3d6457b6d8a', // 3.11
  'a5b4c3d2e1f0',
  'ae8bbe7743c9',
  '7d34483879f0', // 3.12
  'da6fb0208061', // 3.13
  '89d3d66ed43f',
  'b7e4c1a90f23', // 3.14
  'a8b9c0d1e2f3',
  'c1d2e3f4a5b6',
  'c3d9e7f1a2b4',
  '6f8d9c3b2a1e', // 3.15
  '1971f2d9a75b',
  '17e22815139b',
  'b7e2c1a4d9f3', // 3.16
  '75868b020152',
  CREATED_REVISION, // 3.17
]);
