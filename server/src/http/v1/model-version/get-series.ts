import { renderSemanticVersion } from '../../../domain/semantic-version.ts';
import { getMetricSeries } from '../../../operations/metric-series.ts';
import { endpoint } from '../endpoint.ts';
import {
  LIMIT,
  MEASURE,
  MODEL_PARAMS,
  NEXT_PAGE_TOKEN,
  nullable,
  PAGE_TOKEN,
  STAGE,
  SUCCESS,
  TIME,
} from '../fields.ts';
import { encodePageToken, parsePageToken } from '../page-token.ts';
import { Type } from '../schema-builder.ts';
import { renderTime } from '../time.ts';

const DEFAULT_LIMIT = 100;
const LIST = 'series';

export const getSeriesEndpoint = endpoint({
  method: 'GET',
  path: '/models/:model_name/series',
  operation: 'getSeries',
  permission: 'read-metadata',
  tag: 'Versions',
  summary: 'One metric over the versions',
  description: 'Newest version first; null where a version does not have it.',
  params: MODEL_PARAMS,
  query: Type.Object(
    {
      metric: Type.String({ minLength: 1, maxLength: 250 }),
      limit: Type.Optional(LIMIT),
      page_token: Type.Optional(PAGE_TOKEN),
    },
    { additionalProperties: false },
  ),
  answer: Type.Object({
    success: SUCCESS,
    model_name: Type.String(),
    metric: Type.String(),
    direction: nullable(Type.Enum(['higher_is_better', 'lower_is_better'])),
    series: Type.Array(
      Type.Object({
        version: Type.Integer(),
        semantic_version: nullable(Type.String()),
        stage: STAGE,
        created_at: nullable(TIME),
        value: nullable(MEASURE),
      }),
    ),
    next_page_token: Type.Optional(NEXT_PAGE_TOKEN),
  }),
  problems: ['model_not_found'],
  model: 'params',
  async run(deps, actor, { params, query }) {
    const { metric, page_token: token } = query;
    const { direction, points, nextBefore } = await getMetricSeries(deps, actor, {
      name: params.model_name,
      metric,
      before: token === undefined ? null : parsePageToken(LIST, token),
      limit: query.limit ?? DEFAULT_LIMIT,
    });
    return {
      model_name: params.model_name,
      metric,
      direction,
      series: points.map(({ view: { version, record, stage }, value }) => ({
        version: version.version,
        semantic_version:
          record === null || record.semanticVersion === null
            ? null
            : renderSemanticVersion(record.semanticVersion),
        stage,
        created_at: renderTime(version.createdAtMs),
        value,
      })),
      ...(nextBefore !== null && { next_page_token: encodePageToken(LIST, nextBefore) }),
    };
  },
});
