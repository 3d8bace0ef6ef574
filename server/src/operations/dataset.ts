import type { Actor } from '../domain/actor.ts';
import { invalidArgument } from '../domain/errors.ts';
import { isPermitted } from '../domain/permission.ts';
import { experimentResource } from './experiment.ts';
import type { DatasetSummary } from './ports/dataset.ts';
import type { Deps } from './ports.ts';

const EXPERIMENTS_LIMIT = 20;
/** MLflow: gives no more, and says nothing of the rest. */
const SUMMARIES_LIMIT = 1_000;

/** The datasets that the runs of some experiments use, each once. */
export async function searchDatasets(
  deps: Deps,
  actor: Actor,
  experimentIds: readonly number[],
): Promise<DatasetSummary[]> {
  return deps.store.read(async (reader) => {
    const experiments = await reader.experiments.listNames(experimentIds);
    const readable = experiments.filter(({ name }) =>
      isPermitted(actor, 'read-metadata', experimentResource(name)),
    );
    return reader.datasets.listSummaries(
      readable.map(({ experimentId }) => experimentId),
      SUMMARIES_LIMIT,
    );
  });
}

/** @throws `invalid_argument` with MLflow's sentences. */
export function checkDatasetExperiments(given: readonly string[]): void {
  if (given.length === 0)
    throw invalidArgument('SearchDatasets request must specify at least one experiment_id.');
  if (given.length > EXPERIMENTS_LIMIT)
    throw invalidArgument(
      `SearchDatasets request cannot specify more than ${EXPERIMENTS_LIMIT} experiment_ids. Received ${given.length} experiment_ids.`,
    );
}
