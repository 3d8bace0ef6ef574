import type { Config } from '../config/config.ts';
import { verifySignature } from '../host/audit-key.ts';
import { hostDigests } from '../host/digests.ts';
import type { ArtifactStore } from '../operations/ports/artifact-store.ts';
import type { Deps } from '../operations/ports.ts';
import { createStore } from '../store/store.ts';
import { createTelemetry } from '../telemetry/telemetry.ts';
import { openArtifacts, openCheckpointSink } from './backing-services.ts';
import { openPreparedDatabase } from './database.ts';
import { hostParts } from './host-parts.ts';
import { programVersion } from './program-version.ts';

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
  const engine = await openPreparedDatabase(config, { log: { info: nothing, warn: nothing } });
  const store = createStore(engine, { onLeft: nothing });
  const deps: Deps = {
    ...hostParts(config, createTelemetry({ version: programVersion(), engine: config.database.kind })),
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
