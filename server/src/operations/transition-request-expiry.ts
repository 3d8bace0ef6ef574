import { OPERATOR } from '../domain/actor.ts';
import { lockModel } from './model-identity.ts';
import type { KeptRequest } from './ports/transition-request.ts';
import type { Deps } from './ports.ts';
import { endIfExpired } from './transition-request-record.ts';

/** Ends at most `limit` requests whose time has run out, oldest first; answers how many. */
export async function endExpiredRequests(deps: Deps, limit: number): Promise<number> {
  const nowMs = deps.clock.now();
  const expired = await deps.store.read(({ transitionRequests }) =>
    transitionRequests.listExpired(nowMs, limit),
  );
  for (const request of expired) await endOne(deps, request);
  return expired.length;
}

/** Under the lock of its model, as everything that happens to a request, and as it is then. */
async function endOne(deps: Deps, { requestId, modelId }: KeptRequest): Promise<void> {
  await deps.store.write(async (writer) => {
    const living = await writer.versionRecords.findModel(modelId);
    const name = living?.name ?? '';
    // A model that is gone has nobody to wait for.
    if ((await writer.registeredModels.findKind(name)) !== null) await lockModel(deps, writer, name);
    const request = await writer.transitionRequests.find(requestId);
    if (request !== null) await endIfExpired(deps, writer, OPERATOR, request);
  });
}
