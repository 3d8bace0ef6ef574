import { invalidArgument } from '../../../domain/errors.ts';
import { listHolds } from '../../../operations/hold.ts';
import { parseVersionReference } from '../../../operations/version-reference.ts';
import { endpoint } from '../endpoint.ts';
import { LIMIT, MODEL_NAME, NEXT_PAGE_TOKEN, PAGE_TOKEN, SUCCESS } from '../fields.ts';
import { encodeKeyToken, parseKeyToken } from '../page-token.ts';
import { Type } from '../schema-builder.ts';
import { HOLD, renderHold } from './fields.ts';

const DEFAULT_LIMIT = 100;
const LIST = 'holds';

export const listHoldsEndpoint = endpoint({
  method: 'GET',
  path: '/holds',
  operation: 'listHolds',
  permission: 'read-metadata',
  tag: 'Governance',
  summary: 'Holds',
  description: 'Newest first, on models that the caller may read; those that stand, or all.',
  query: Type.Object(
    {
      model_name: Type.Optional(MODEL_NAME),
      version: Type.Optional(
        Type.String({
          description: 'A number: holds on that version, and on the whole model. With model_name.',
        }),
      ),
      state: Type.Optional(
        Type.Unsafe<'standing' | 'all'>({ type: 'string', enum: ['standing', 'all'], default: 'standing' }),
      ),
      limit: Type.Optional(LIMIT),
      page_token: Type.Optional(PAGE_TOKEN),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    success: SUCCESS,
    holds: Type.Array(HOLD),
    next_page_token: Type.Optional(NEXT_PAGE_TOKEN),
  }),
  problems: ['model_not_found'],
  async run(deps, actor, { query }) {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const found = await listHolds(deps, actor, {
      modelName: query.model_name ?? null,
      version: versionOf(query),
      withLifted: query.state === 'all',
      before: query.page_token === undefined ? null : parseKeyToken(LIST, query.page_token),
      limit: limit + 1,
    });
    const page = found.slice(0, limit);
    const last = page.at(-1)?.hold.holdId;
    return {
      holds: page.map(renderHold),
      ...(found.length > limit && last !== undefined && { next_page_token: encodeKeyToken(LIST, last) }),
    };
  },
});

function versionOf({
  model_name: name,
  version,
}: {
  readonly model_name?: string;
  readonly version?: string;
}) {
  if (version === undefined) return null;
  if (name === undefined)
    throw invalidArgument('A version is one of a model: give model_name, too.', 'version');
  const reference = parseVersionReference(version, 'version');
  if (reference.by !== 'number')
    throw invalidArgument('Holds are listed by the number of a version.', 'version');
  return reference.version;
}
