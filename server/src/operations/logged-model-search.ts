import type { Actor } from '../domain/actor.ts';
import { invalidArgument } from '../domain/errors.ts';
import type { DatasetFilter, LoggedModel } from '../domain/logged-model.ts';
import type { Page } from '../domain/page.ts';
import { isPermitted } from '../domain/permission.ts';
import type { LoggedModelSearch } from '../domain/search/logged-model.ts';
import type { Deps } from './ports.ts';

export interface LoggedModelQuery {
  readonly search: LoggedModelSearch;
  readonly experimentIds: readonly number[];
  readonly datasets: readonly DatasetFilter[];
  readonly limit: number;
  readonly offset: number;
}

const LIMIT = 50_000;
const EXPERIMENTS_LIMIT = 10_000;
const DATASETS_LIMIT = 100;

/** One page of models in those of the experiments that the actor may read. @throws `invalid_argument`. */
export async function searchLoggedModels(
  deps: Deps,
  actor: Actor,
  query: LoggedModelQuery,
): Promise<Page<LoggedModel>> {
  checkQuery(query);
  return deps.store.read(async (reader) => {
    const experiments = await reader.experiments.listNames(query.experimentIds);
    const experimentIds = experiments
      .filter(({ name }) => isPermitted(actor, 'read-metadata', { kind: 'experiment', name }))
      .map(({ experimentId }) => experimentId);
    return reader.loggedModels.search(query.search, { experimentIds, datasets: query.datasets }, query);
  });
}

function checkQuery({ limit, experimentIds, datasets }: LoggedModelQuery): void {
  if (limit < 1 || limit > LIMIT)
    throw invalidArgument(
      `Invalid value for max_results. It must be between 1 and ${LIMIT}, but got ${limit}`,
      'max_results',
    );
  if (experimentIds.length > EXPERIMENTS_LIMIT)
    throw invalidArgument(`A search can name at most ${EXPERIMENTS_LIMIT} experiments.`, 'experiment_ids');
  if (datasets.length > DATASETS_LIMIT)
    throw invalidArgument(`A search can name at most ${DATASETS_LIMIT} datasets.`, 'datasets');
  if (datasets.some(({ name }) => name === ''))
    throw invalidArgument('`dataset_name` in the `datasets` clause must be specified.', 'datasets');
}
