import { parseModelVersionSearch } from '../../../domain/search/model-version.ts';
import { encodeOffsetToken, parseOffsetToken } from '../../../domain/search/page-token.ts';
import { searchModelVersions } from '../../../operations/model-version.ts';
import { readDoor } from '../door.ts';
import { atMost, int64, message, repeatedStrings, string } from '../proto-json.ts';
import { renderModelVersion } from './render-model-version.ts';

/** MLflow: the default and the greatest. */
const LIMIT = 200_000;

const REQUEST = message({
  filter: string(),
  max_results: atMost(int64(), LIMIT),
  order_by: repeatedStrings(),
  page_token: string(),
});

export const searchModelVersionsDoor = readDoor(
  'searchModelVersions',
  REQUEST,
  async (deps, actor, input) => {
    const { items, nextOffset } = await searchModelVersions(deps, actor, {
      search: parseModelVersionSearch(input.filter ?? '', input.order_by),
      limit: Number(input.max_results ?? LIMIT),
      offset: parseOffsetToken(input.page_token ?? ''),
    });
    return {
      model_versions: items.length === 0 ? undefined : items.map(renderModelVersion),
      next_page_token: nextOffset === null ? undefined : encodeOffsetToken(nextOffset),
    };
  },
);
