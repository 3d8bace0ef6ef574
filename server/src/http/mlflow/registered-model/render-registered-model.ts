import type { RegisteredModel } from '../../../domain/registered-model.ts';
import { renderModelVersion } from '../model-version/render-model-version.ts';

/** MLflow's message `RegisteredModel`. MLflow: an empty description is left out, and so are empty lists. */
export function renderRegisteredModel(model: RegisteredModel) {
  return {
    name: model.name,
    creation_timestamp: model.createdAtMs ?? undefined,
    last_updated_timestamp: model.updatedAtMs ?? undefined,
    description: model.description || undefined,
    latest_versions: nonEmpty(model.latestVersions.map(renderModelVersion)),
    tags: nonEmpty(model.tags),
    aliases: nonEmpty(model.aliases.map(({ alias, version }) => ({ alias, version: String(version) }))),
  };
}

function nonEmpty<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
