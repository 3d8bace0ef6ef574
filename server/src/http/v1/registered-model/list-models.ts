import { invalidArgument, isRegistryError } from '../../../domain/errors.ts';
import {
  parseRegisteredModelSearch,
  type RegisteredModelSearch,
} from '../../../domain/search/registered-model.ts';
import { listModels, type ModelSummary } from '../../../operations/model-list.ts';
import { endpoint } from '../endpoint.ts';
import { LIMIT, NEXT_PAGE_TOKEN, nullable, PAGE_TOKEN, STAGE, SUCCESS } from '../fields.ts';
import { toRecord } from '../json-answer.ts';
import { encodePageToken, parsePageToken } from '../page-token.ts';
import { Type } from '../schema-builder.ts';

const DEFAULT_LIMIT = 100;

const QUERY = Type.Object(
  {
    filter: Type.Optional(
      Type.String({
        description: "MLflow's filter language: `name ILIKE '%layer%' AND tags.team = 'vision'`.",
      }),
    ),
    kind: Type.Optional(
      Type.Unsafe<'model' | 'prompt'>({ type: 'string', enum: ['model', 'prompt'], default: 'model' }),
    ),
    limit: Type.Optional(LIMIT),
    page_token: Type.Optional(PAGE_TOKEN),
  },
  { additionalProperties: false },
);

const MS = nullable(Type.Integer({ description: 'Milliseconds since the epoch.' }));

export const MODEL_ENTRY = Type.Object({
  name: Type.String(),
  latest_version: nullable(Type.Integer()),
  current_stage: nullable(STAGE),
  creation_timestamp: MS,
  last_updated_timestamp: MS,
  description: nullable(Type.String()),
  tags: Type.Record(Type.String(), Type.String()),
  stages: Type.Record(Type.String(), Type.Integer(), { description: 'The newest version of each stage.' }),
  aliases: Type.Record(Type.String(), Type.Integer()),
});

const ANSWER = Type.Object({
  success: SUCCESS,
  total_models: Type.Integer({ description: 'Of all pages; exact up to 10,000.' }),
  total_is_at_least: Type.Optional(Type.Boolean({ description: 'True when counting stopped at 10,000.' })),
  models: Type.Array(MODEL_ENTRY),
  next_page_token: Type.Optional(NEXT_PAGE_TOKEN),
});

export const listModelsEndpoint = endpoint({
  method: 'GET',
  path: '/models',
  operation: 'listModels',
  permission: 'read-metadata',
  tag: 'Models',
  summary: 'List registered models',
  description:
    'By name. `current_stage` is the stage of `latest_version`. Prompts are listed with `kind=prompt` only.',
  query: QUERY,
  answer: ANSWER,
  problems: [],
  async run(deps, actor, { query }) {
    const { page_token: token } = query;
    const page = await listModels(deps, actor, {
      search: parseFilter(query.filter ?? ''),
      kind: query.kind ?? 'model',
      limit: query.limit ?? DEFAULT_LIMIT,
      offset: token === undefined ? 0 : parsePageToken('models', token),
    });
    return {
      total_models: page.total,
      ...(page.totalIsAtLeast && { total_is_at_least: true }),
      models: page.models.map(renderModel),
      ...(page.nextOffset !== null && { next_page_token: encodePageToken('models', page.nextOffset) }),
    };
  },
});

/** A model as an entry of a list. */
export function renderModel({ model, latest, stages }: ModelSummary) {
  return {
    name: model.name,
    latest_version: latest?.version ?? null,
    current_stage: latest?.stage ?? null,
    creation_timestamp: model.createdAtMs,
    last_updated_timestamp: model.updatedAtMs,
    description: model.description || null,
    tags: toRecord(model.tags.map(({ key, value }) => [key, value])),
    stages: toRecord(stages),
    aliases: toRecord(model.aliases.map(({ alias, version }) => [alias, version])),
  };
}

function parseFilter(filter: string): RegisteredModelSearch {
  try {
    return parseRegisteredModelSearch(filter, []);
  } catch (error) {
    if (!isRegistryError(error, 'invalid_argument')) throw error;
    throw invalidArgument(error.params.message, 'filter');
  }
}
