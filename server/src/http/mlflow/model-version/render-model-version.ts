import type { ModelVersion } from '../../../domain/model-version.ts';

/** MLflow's message `ModelVersion`. NULL columns are left out, empty texts are not; nor are empty lists sent. */
export function renderModelVersion(version: ModelVersion) {
  return {
    name: version.name,
    version: String(version.version),
    creation_timestamp: version.createdAtMs ?? undefined,
    last_updated_timestamp: version.updatedAtMs ?? undefined,
    user_id: version.userId ?? undefined,
    current_stage: version.stage,
    description: version.description ?? undefined,
    source: version.source ?? undefined,
    run_id: version.runId ?? undefined,
    status: version.status ?? undefined,
    status_message: version.statusMessage ?? undefined,
    tags: version.tags.length === 0 ? undefined : version.tags,
    run_link: version.runLink ?? undefined,
    aliases: version.aliases.length === 0 ? undefined : version.aliases,
  };
}
