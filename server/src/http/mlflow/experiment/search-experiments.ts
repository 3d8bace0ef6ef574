import { parseExperimentSearch } from '../../../domain/search/experiment.ts';
import { encodeOffsetToken, parseOffsetToken } from '../../../domain/search/page-token.ts';
import { searchExperiments } from '../../../operations/experiment.ts';
import { readDoor } from '../door.ts';
import { int64, message, repeatedStrings, string } from '../proto-json.ts';
import { toViewType, viewType } from '../view-type.ts';
import { renderExperiment } from './render-experiment.ts';

const REQUEST = message({
  view_type: viewType(),
  max_results: int64(),
  order_by: repeatedStrings(),
  filter: string(),
  page_token: string(),
});

export const searchExperimentsDoor = readDoor('searchExperiments', REQUEST, async (deps, actor, input) => {
  const { items, nextOffset } = await searchExperiments(deps, actor, {
    search: parseExperimentSearch(input.filter ?? '', input.order_by),
    view: toViewType(input.view_type),
    // MLflow: there is no default; unset is refused like 0.
    limit: input.max_results ?? 0,
    offset: parseOffsetToken(input.page_token ?? ''),
  });
  return {
    experiments: items.length === 0 ? undefined : items.map(renderExperiment),
    next_page_token: nextOffset === null ? undefined : encodeOffsetToken(nextOffset),
  };
});
