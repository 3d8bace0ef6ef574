import { parseExperimentIds } from '../../../domain/experiment.ts';
import { parseLoggedModelSearch } from '../../../domain/search/logged-model.ts';
import {
  encodeLoggedModelToken,
  type LoggedModelRequest,
  parseLoggedModelToken,
} from '../../../domain/search/logged-model-token.ts';
import { searchLoggedModels } from '../../../operations/logged-model-search.ts';
import { readDoor } from '../door.ts';
import {
  bool,
  type InputOf,
  int32,
  message,
  repeated,
  repeatedStrings,
  required,
  string,
} from '../proto-json.ts';
import { renderLoggedModel } from './render-logged-model.ts';

const DEFAULT_LIMIT = 50;
/** MLflow: what a limit of 0 means; an absent one is another. */
const LIMIT_FOR_ZERO = 100;

const DATASET = message({ dataset_name: string(), dataset_digest: string() });
const ORDER_BY = message({
  field_name: string(),
  ascending: bool(),
  dataset_name: string(),
  dataset_digest: string(),
});

const REQUEST = message({
  experiment_ids: required(repeatedStrings()),
  filter: string(),
  datasets: repeated(DATASET),
  max_results: int32(),
  order_by: repeated(ORDER_BY),
  page_token: string(),
});

export const searchLoggedModelsDoor = readDoor('searchLoggedModels', REQUEST, async (deps, actor, input) => {
  const request = toRequest(input);
  const { items, nextOffset } = await searchLoggedModels(deps, actor, {
    search: parseLoggedModelSearch(request.filter, request.orderBy),
    experimentIds: parseExperimentIds(input.experiment_ids),
    datasets: input.datasets.map(({ dataset_name, dataset_digest }) => ({
      name: dataset_name ?? '',
      digest: dataset_digest || null,
    })),
    limit: (input.max_results ?? DEFAULT_LIMIT) || LIMIT_FOR_ZERO,
    offset: parseLoggedModelToken(input.page_token ?? '', request),
  });
  return {
    models: items.length === 0 ? undefined : items.map(renderLoggedModel),
    next_page_token: nextOffset === null ? undefined : encodeLoggedModelToken(request, nextOffset),
  };
});

function toRequest(input: InputOf<typeof REQUEST>): LoggedModelRequest {
  return {
    experimentIds: input.experiment_ids,
    filter: input.filter ?? '',
    orderBy: input.order_by.map((clause) => ({
      field_name: clause.field_name ?? '',
      ascending: clause.ascending ?? true,
      dataset_name: clause.dataset_name ?? null,
      dataset_digest: clause.dataset_digest ?? null,
    })),
  };
}
