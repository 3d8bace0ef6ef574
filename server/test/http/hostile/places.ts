import type { Actor } from '../../../src/domain/actor.ts';
import type { registryClient } from '../mlflow/registry-client.ts';

/** May write models and experiments named `mine…` and knows nothing of others. */
export const STRANGER: Actor = {
  subjectId: 'user-2',
  kind: 'user',
  displayName: 'stranger',
  grants: [
    { role: 'writer', resource: 'model', pattern: 'mine*' },
    { role: 'writer', resource: 'experiment', pattern: 'mine*' },
  ],
};

/** An experiment with two runs and a logged model. */
export interface Place {
  readonly experimentId: string;
  readonly runId: string;
  readonly otherRunId: string;
  readonly modelId: string;
}

export async function newPlace(client: ReturnType<typeof registryClient>, name: string): Promise<Place> {
  const { post } = client;
  const experimentId = (await post('experiments/create', { name })).body.experiment_id;
  const newRun = async () =>
    (await post('runs/create', { experiment_id: experimentId })).body.run.info.run_id;
  const logged = await post('logged-models', { experiment_id: experimentId, name: 'lm' });
  const modelId = logged.body.model.info.model_id;
  return { experimentId, runId: await newRun(), otherRunId: await newRun(), modelId };
}
