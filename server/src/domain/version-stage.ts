import type { ModelVersion } from './model-version.ts';
import { fromMlflowStage, type Stage } from './stage.ts';
import type { VersionRecord } from './version-record.ts';

/** Our stage of a version: MLflow's, and our mark. */
export function stageOf(
  version: Pick<ModelVersion, 'stage'>,
  record: Pick<VersionRecord, 'deprecated'> | null | undefined,
): Stage {
  return fromMlflowStage(version.stage, record?.deprecated);
}
