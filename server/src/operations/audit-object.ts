import type { AuditObject } from '../domain/audit-event.ts';

/** What events are about. The ids stay when names change; those of MLflow's things are MLflow's. */

export function modelObject({ modelId, name }: { modelId: string; name: string }): AuditObject {
  return { kind: 'registered_model', id: modelId, name };
}

export function versionObject(
  { modelId, name }: { modelId: string; name: string },
  version: number,
  digest: string | null = null,
): AuditObject {
  return { kind: 'model_version', id: modelId, name, version, digest };
}

export function aliasObject(
  { modelId, name }: { modelId: string; name: string },
  version: number,
): AuditObject {
  return { kind: 'alias', id: modelId, name, version };
}

export function experimentObject({
  experimentId,
  name,
}: {
  experimentId: number;
  name: string;
}): AuditObject {
  return { kind: 'experiment', id: String(experimentId), name };
}

export function runObject(runId: string, name: string | null): AuditObject {
  return { kind: 'run', id: runId, name };
}

export function loggedModelObject({ modelId, name }: { modelId: string; name?: string | null }): AuditObject {
  return { kind: 'logged_model', id: modelId, name: name ?? null };
}

export function webhookObject({ webhookId, name }: { webhookId: string; name: string | null }): AuditObject {
  return { kind: 'webhook', id: webhookId, name };
}
