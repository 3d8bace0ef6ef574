import { parseExperimentId } from '../../../domain/experiment.ts';
import { createRun } from '../../../operations/run.ts';
import { door } from '../door.ts';
import { int64, message, repeated, requiredString, string } from '../proto-json.ts';
import { TAG, toTags } from '../tag-message.ts';
import { renderNewRun } from './render-run.ts';

const REQUEST = message({
  // MLflow: an unset id ends in a violated foreign key, which is a 400, too.
  // MLflow: so it is not checked as required, and may stand under protobuf's second name.
  experiment_id: { ...requiredString(), otherName: 'experimentId' },
  user_id: string(),
  run_name: string(),
  start_time: int64(),
  tags: repeated(TAG),
});

export const createRunDoor = door('createRun', REQUEST, async (deps, actor, input) => {
  const run = await createRun(deps, actor, {
    experimentId: parseExperimentId(input.experiment_id),
    userId: input.user_id ?? '',
    name: input.run_name ?? '',
    startTimeMs: input.start_time ?? 0,
    tags: toTags(input.tags),
  });
  return { run: renderNewRun(run) };
});
