import type { Actor } from '../domain/actor.ts';
import { readableNames } from '../domain/permission.ts';
import type { RequestState } from '../domain/transition-request.ts';
import type { Deps } from './ports.ts';
import { authorizeRead } from './registered-model.ts';
import { type RequestView, viewRequest } from './transition-request-view.ts';

/** Newest first; only about models that the actor may read. @throws `model_not_found` for a name that is hidden. */
export async function listTransitionRequests(
  deps: Deps,
  actor: Actor,
  query: {
    readonly modelName: string | null;
    readonly states: readonly RequestState[] | null;
    /** Only those that the actor asked for. */
    readonly isMine: boolean;
    readonly before: string | null;
    readonly limit: number;
  },
): Promise<readonly RequestView[]> {
  const { modelName, states, isMine, before, limit } = query;
  if (modelName !== null) authorizeRead(actor, modelName);
  return deps.store.read(async (reader) => {
    const identity = modelName === null ? null : await reader.versionRecords.findIdentity(modelName);
    if (modelName !== null && identity === null) return [];
    const found = await reader.transitionRequests.search(
      {
        modelId: identity?.modelId ?? null,
        names: readableNames(actor, 'model'),
        states,
        requester: isMine ? actor.subjectId : null,
      },
      { before, limit },
    );
    const views: RequestView[] = [];
    for (const request of found) {
      const model = await reader.versionRecords.findModel(request.modelId);
      if (model !== null)
        views.push(await viewRequest(deps, reader, actor, { request, modelName: model.name }));
    }
    return views;
  });
}
