import type { MlflowTables } from './mlflow-tables.ts';
import type { RegistryTables } from './registry-tables.ts';

/**
 * The whole database as Kysely sees it: MLflow's tables that we use, and ours.
 * A row is `Selectable<Tables['model_versions']>`, and so on.
 */
export interface Tables extends MlflowTables, RegistryTables {}
