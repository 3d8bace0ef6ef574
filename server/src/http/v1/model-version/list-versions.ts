import { invalidArgument } from '../../../domain/errors.ts';
import { parseStage } from '../../../domain/stage.ts';
import { listVersions } from '../../../operations/version-list.ts';
import type { VersionView } from '../../../operations/version-view.ts';
import { endpoint } from '../endpoint.ts';
import { LIMIT, MODEL_PARAMS, NEXT_PAGE_TOKEN, PAGE_TOKEN, STAGE_INPUT, SUCCESS } from '../fields.ts';
import { encodePageToken, parsePageToken } from '../page-token.ts';
import { Type } from '../schema-builder.ts';
import { renderTombstone, TOMBSTONE } from '../tombstone.ts';
import { LISTED_VERSION, renderVersion } from './render-version.ts';

const DEFAULT_LIMIT = 100;
const INCLUDES = ['metrics', 'hyperparameters', 'tombstones'] as const;

const QUERY = Type.Object(
  {
    stage: Type.Optional(STAGE_INPUT),
    include: Type.Optional(
      Type.String({ description: `A list of ${INCLUDES.join(', ')}, separated by commas.` }),
    ),
    limit: Type.Optional(LIMIT),
    page_token: Type.Optional(PAGE_TOKEN),
  },
  { additionalProperties: false },
);

const ANSWER = Type.Object({
  success: SUCCESS,
  model_name: Type.String(),
  total_versions: Type.Integer({ description: 'Of all pages; tombstones are not counted.' }),
  versions: Type.Array(LISTED_VERSION),
  tombstones: Type.Optional(
    Type.Array(TOMBSTONE, { description: "Deleted versions whose numbers fall into the page's." }),
  ),
  next_page_token: Type.Optional(NEXT_PAGE_TOKEN),
});

export const listVersionsEndpoint = endpoint({
  method: 'GET',
  path: '/models/:model_name/versions',
  operation: 'listVersions',
  permission: 'read-metadata',
  tag: 'Versions',
  summary: 'List the versions of a model',
  description:
    'Newest first, in one stage or in all; metrics and hyperparameters only when included. With `tombstones` deleted versions stand beside the others, and count for `limit`.',
  params: MODEL_PARAMS,
  query: QUERY,
  answer: ANSWER,
  problems: ['model_not_found'],
  model: 'params',
  async run(deps, actor, { params, query }) {
    const include = readInclude(query.include);
    const { page_token: token } = query;
    const page = await listVersions(deps, actor, {
      name: params.model_name,
      stage: query.stage === undefined ? null : parseStage(query.stage),
      before: token === undefined ? null : parsePageToken('versions', token),
      limit: query.limit ?? DEFAULT_LIMIT,
      withRuns: include.has('metrics') || include.has('hyperparameters'),
      withTombstones: include.has('tombstones'),
    });
    return {
      model_name: params.model_name,
      total_versions: page.total,
      versions: page.versions.map((view) => renderEntry(view, include)),
      ...(include.has('tombstones') && {
        tombstones: page.tombstones.map((one) => renderTombstone({ name: params.model_name, ...one })),
      }),
      ...(page.nextBefore !== null && { next_page_token: encodePageToken('versions', page.nextBefore) }),
    };
  },
});

function renderEntry(view: VersionView, include: ReadonlySet<string>) {
  const { metrics, hyperparameters, ...plain } = renderVersion(view);
  return {
    ...plain,
    ...(include.has('metrics') && { metrics }),
    ...(include.has('hyperparameters') && { hyperparameters }),
  };
}

function readInclude(text: string | undefined): Set<string> {
  const parts = text === undefined ? [] : text.split(',');
  const unknown = parts.find((part) => !INCLUDES.some((known) => known === part));
  if (unknown !== undefined)
    throw invalidArgument(
      `Only ${INCLUDES.join(', ')} can be included, not ${JSON.stringify(unknown)}.`,
      'include',
    );
  return new Set(parts);
}
