import { join } from 'node:path';
import { compose, type Running } from '../../src/compose.ts';
import { loadConfig } from '../../src/config/config.ts';

/** The program as it runs, listening on free ports, with its files in a folder; closes itself when it cannot start. */
export async function runningServer(
  folder: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const environment = {
    PORT: '0',
    LOG_LEVEL: 'ERROR',
    MLFLOW_TRACKING_URI: `sqlite:///${join(folder, 'mlflow.db')}`,
    MLFLOW_ARTIFACT_ROOT: join(folder, 'artifacts'),
    REGISTRY_AUDIT_KEY_FILE: join(folder, 'audit.key'),
    ...settings,
  };
  const running = await compose(
    loadConfig(environment, () => {
      throw new Error('no files of secrets');
    }),
  );
  try {
    await running.listen();
  } catch (error) {
    await running.close();
    throw error;
  }
  return running;
}
