import { parseExperimentIds } from '../../../domain/experiment.ts';
import { encodeOffsetToken, parseOffsetToken } from '../../../domain/search/page-token.ts';
import { parseRunSearch } from '../../../domain/search/run.ts';
import { searchRuns } from '../../../operations/run.ts';
import { readDoor } from '../door.ts';
import { atMost, int32, message, repeatedStrings, string } from '../proto-json.ts';
import { toViewType, viewType } from '../view-type.ts';
import { renderRun } from './render-run.ts';

const DEFAULT_LIMIT = 1_000;
const GREATEST_LIMIT = 50_000;

const REQUEST = message({
  experiment_ids: repeatedStrings(),
  filter: string(),
  max_results: atMost(int32(), GREATEST_LIMIT),
  order_by: repeatedStrings(),
  run_view_type: viewType(),
  page_token: string(),
});

export const searchRunsDoor = readDoor('searchRuns', REQUEST, async (deps, actor, input) => {
  const { items, nextOffset } = await searchRuns(deps, actor, {
    search: parseRunSearch(input.filter ?? '', input.order_by),
    experimentIds: parseExperimentIds(input.experiment_ids),
    view: toViewType(input.run_view_type),
    limit: input.max_results ?? DEFAULT_LIMIT,
    offset: parseOffsetToken(input.page_token ?? ''),
  });
  return {
    runs: items.length === 0 ? undefined : items.map(renderRun),
    next_page_token: nextOffset === null ? undefined : encodeOffsetToken(nextOffset),
  };
});
