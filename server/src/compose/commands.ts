import type { Config } from '../config/config.ts';
import { verifySignature } from '../host/audit-key.ts';
import { hostClock } from '../host/clock.ts';
import { hostDigests } from '../host/digests.ts';
import type { ArtifactStore } from '../operations/ports/artifact-store.ts';
import type { Deps } from '../operations/ports.ts';
import { prepareDatabase } from '../store/schema/open.ts';
import { refuseUnusableFile } from '../store/schema/sqlite-file.ts';
import { createStore } from '../store/store.ts';

import { openArtifacts, openCheckpointSink } from './backing-services.ts';
import { databaseUri, openPreparedDatabase } from './database.ts';
import { hostParts } from './host-parts.ts';

/** Files of models are none of most commands' business. */
const NO_ARTIFACTS = {} as ArtifactStore;

/**
 * What commands work with: the database of the config, also while servers run on it; files of models only for those that
 * read them. What servers have under way there is never swept.
 */
export async function openForCommands(
  config: Config,
  { readsFiles }: { readonly readsFiles: boolean },
): Promise<{ deps: Deps; close: () => Promise<void> }> {
  const serverId = 'command-line';
  const nothing = () => undefined;
  const uri = databaseUri(config);
  if (config.database.kind === 'sqlite') await refuseUnusableFile(config.database.path);
  const engine = await openPreparedDatabase(config, (opened) =>
    prepareDatabase(opened, { nowMs: hostClock.now(), log: { info: nothing, warn: nothing }, uri }),
  );
  const store = createStore(engine, { onLeft: nothing });
  const deps: Deps = {
    ...hostParts(config),
    store,
    artifacts: readsFiles ? await openArtifacts(config, { serverId, sweepAll: false }) : NO_ARTIFACTS,
    checkpointSink: await openCheckpointSink(config),
    identityProvider: null,
    serverId,
  };
  return { deps, close: () => store.close() };
}

/** For a log that is away from its database. */
export const PROOF_TOOLS = { digests: hostDigests, verifySignature };
