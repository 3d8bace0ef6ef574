import type { Deps } from '../operations/ports.ts';
import type { Job } from './runner.ts';

/** Writes down which versions' files were fetched: not with each download, which would make a write of every read. */
export const noteFileUses: Job = {
  name: 'note-file-uses',
  async turn(deps: Deps) {
    const uses = deps.fileUses.take();
    if (uses.size > 0) await deps.store.write(({ versionUses }) => versionUses.note(uses));
    return { more: false };
  },
};
