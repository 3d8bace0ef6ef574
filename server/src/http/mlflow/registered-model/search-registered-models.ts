import { encodeOffsetToken, parseOffsetToken } from '../../../domain/search/page-token.ts';
import { parseRegisteredModelSearch } from '../../../domain/search/registered-model.ts';
import { searchRegisteredModels } from '../../../operations/registered-model.ts';
import { readDoor } from '../door.ts';
import { atMost, int64, message, repeatedStrings, string } from '../proto-json.ts';
import { renderRegisteredModel } from './render-registered-model.ts';

const DEFAULT_LIMIT = 100;
const GREATEST_LIMIT = 1_000;

const REQUEST = message({
  filter: string(),
  max_results: atMost(int64(), GREATEST_LIMIT),
  order_by: repeatedStrings(),
  page_token: string(),
});

export const searchRegisteredModelsDoor = readDoor(
  'searchRegisteredModels',
  REQUEST,
  async (deps, actor, input) => {
    const { items, nextOffset } = await searchRegisteredModels(deps, actor, {
      search: parseRegisteredModelSearch(input.filter ?? '', input.order_by),
      limit: Number(input.max_results ?? DEFAULT_LIMIT),
      offset: parseOffsetToken(input.page_token ?? ''),
    });
    return {
      registered_models: items.length === 0 ? undefined : items.map(renderRegisteredModel),
      next_page_token: nextOffset === null ? undefined : encodeOffsetToken(nextOffset),
    };
  },
);
