import type { Actor } from '../domain/actor.ts';
import { readableNames } from '../domain/permission.ts';
import { type ModelKind, PROMPT_TAG, type RegisteredModel } from '../domain/registered-model.ts';
import type { RegisteredModelSearch } from '../domain/search/registered-model.ts';
import { fromMlflowStage, type Stage } from '../domain/stage.ts';

import type { Deps, Reader } from './ports.ts';

export interface ModelQuery {
  readonly search: RegisteredModelSearch;
  readonly kind: ModelKind;
  readonly limit: number;
  readonly offset: number;
}

export interface ModelSummary {
  readonly model: RegisteredModel;
  /** The newest version and its stage; null when there are no versions. */
  readonly latest: { readonly version: number; readonly stage: Stage } | null;
  /** The newest version of each of MLflow's stages, under our name for the stage. */
  readonly stages: ReadonlyMap<Stage, number>;
}

export interface ModelList {
  readonly models: readonly ModelSummary[];
  readonly nextOffset: number | null;
  /** Exact up to 10,000. */
  readonly total: number;
  readonly totalIsAtLeast: boolean;
}

const COUNT_LIMIT = 10_000;

/** A page of the models, or prompts, that the actor may read; how many there are, whatever the page. */
export async function listModels(deps: Deps, actor: Actor, query: ModelQuery): Promise<ModelList> {
  const readable = readableNames(actor, 'model');
  const search = ofKind(query.search, query.kind);
  return deps.store.read(async (reader) => {
    const { items, nextOffset } = await reader.registeredModels.search(search, readable, query);
    const count = await reader.registeredModels.count(search, readable, COUNT_LIMIT + 1);
    return {
      models: await summarizeAll(reader, items),
      nextOffset,
      total: Math.min(count, COUNT_LIMIT),
      totalIsAtLeast: count > COUNT_LIMIT,
    };
  });
}

function ofKind(search: RegisteredModelSearch, kind: ModelKind): RegisteredModelSearch {
  if (kind === 'model') return { ...search, excludePrompts: true };
  const isPrompt = { kind: 'tag', key: PROMPT_TAG, comparator: '=', value: 'true' } as const;
  return { ...search, conditions: [...search.conditions, isPrompt], excludePrompts: false };
}

/** One model of the kind that a list is made of. */
export async function summarize(reader: Reader, model: RegisteredModel): Promise<ModelSummary> {
  const [summary] = await summarizeAll(reader, [model]);
  if (summary === undefined) throw new Error('a model without a summary');
  return summary;
}

/** Only archived versions need a look at our mark; all of them in one statement. */
async function summarizeAll(reader: Reader, models: readonly RegisteredModel[]): Promise<ModelSummary[]> {
  const archived = models.flatMap((model) =>
    model.latestVersions.filter(({ stage }) => stage === 'Archived'),
  );
  const marked = await reader.versionRecords.listDeprecated(archived);
  return models.map((model) => {
    const placed = model.latestVersions.map(({ version, stage }) => ({
      version,
      stage: fromMlflowStage(
        stage,
        marked.some((one) => one.name === model.name && one.version === version),
      ),
    }));
    const latest = placed.at(-1) ?? null;
    return { model, latest, stages: new Map(placed.map(({ version, stage }) => [stage, version])) };
  });
}
