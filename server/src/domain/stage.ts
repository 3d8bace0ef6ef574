import { invalidArgument } from './errors.ts';

/** Our stages (DESIGN section 3). */
export const STAGES = ['development', 'staging', 'production', 'archived', 'deprecated'] as const;
export type Stage = (typeof STAGES)[number];

/** MLflow's stages as its database and wire spell them. */
export const MLFLOW_STAGES = ['None', 'Staging', 'Production', 'Archived'] as const;
export type MlflowStage = (typeof MLFLOW_STAGES)[number];

/** What MLflow writes into the stage of a deleted version. */
export const DELETED_STAGE = 'Deleted_Internal';

const TO_MLFLOW: Record<Stage, MlflowStage> = {
  development: 'None',
  staging: 'Staging',
  production: 'Production',
  archived: 'Archived',
  deprecated: 'Archived',
};

const FROM_MLFLOW: Record<MlflowStage, Stage> = {
  None: 'development',
  Staging: 'staging',
  Production: 'production',
  Archived: 'archived',
};

/** The stage as MLflow's clients see it: `deprecated` shows as Archived. */
export function toMlflowStage(stage: Stage): MlflowStage {
  return TO_MLFLOW[stage];
}

/** Our stage for MLflow's; the mark `deprecated` counts only while MLflow's stage is Archived. */
export function fromMlflowStage(stage: MlflowStage, deprecated: boolean | undefined = false): Stage {
  return stage === 'Archived' && deprecated ? 'deprecated' : FROM_MLFLOW[stage];
}

/** Parses MLflow's spelling in any case. @throws `invalid_argument` with MLflow's sentence. */
export function parseMlflowStage(text: string): MlflowStage {
  const stage = MLFLOW_STAGES.find((known) => known.toLowerCase() === text.toLowerCase());
  if (stage === undefined)
    throw invalidArgument(
      `Invalid Model Version stage: ${text}. Value must be one of ${MLFLOW_STAGES.join(', ')}.`,
      'stage',
    );
  return stage;
}

/** Parses one of our stages in any case. @throws `invalid_argument`, with a hint for MLflow's `None`. */
export function parseStage(text: string, path = 'stage'): Stage {
  const lower = text.toLowerCase();
  const stage = STAGES.find((known) => known === lower);
  if (stage !== undefined) return stage;
  const hint = lower === 'none' ? " MLflow's stage None is called development here." : '';
  throw invalidArgument(
    `Stage ${JSON.stringify(text)} is unknown; it must be one of ${STAGES.join(', ')}.${hint}`,
    path,
  );
}
