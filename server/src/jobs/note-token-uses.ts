import type { Deps } from '../operations/ports.ts';
import type { Job } from './runner.ts';

/** Writes down when tokens were used last: not with each request, which would make a write of every read. */
export const noteTokenUses: Job = {
  name: 'note-token-uses',
  async turn(deps: Deps) {
    const uses = deps.tokenUses.take();
    if (uses.size > 0) await deps.store.write(({ apiTokens }) => apiTokens.noteUse(uses));
    return { more: false };
  },
};
