import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFilesystemArtifactStore } from '../../src/artifacts/filesystem.ts';
import { hostDigests } from '../../src/host/digests.ts';
import { hostYaml } from '../../src/host/yaml.ts';
import type { Deps } from '../../src/operations/ports.ts';
import { type TestClock, testClock, testIds } from './owned.ts';
import { signInParts } from './sign-in.ts';
import type { OpenStore, StoreTarget } from './store-targets.ts';
import { type TestWebhooks, testWebhooks } from './webhooks.ts';

/** What operations need, on a fresh database and folder, with a clock and ids that the test owns. */
export interface TestDeps extends Deps {
  readonly clock: TestClock;
  readonly database: OpenStore;
  /** The artifact root. */
  readonly root: string;
  close(): Promise<void>;
}

export async function testDeps(
  target: StoreTarget,
  webhooks: TestWebhooks = testWebhooks(),
): Promise<TestDeps> {
  const database = await target.open();
  const folder = mkdtempSync(join(tmpdir(), 'registry-deps-'));
  return {
    store: database.store,
    artifacts: await openFilesystemArtifactStore({
      root: join(folder, 'artifacts'),
      serverId: 'test',
      sweepAll: true,
    }),
    clock: testClock(),
    ids: testIds(),
    digests: hostDigests,
    yaml: hostYaml,
    ...signInParts(),
    serverId: 'test',
    ...webhooks,
    database,
    root: join(folder, 'artifacts'),
    async close() {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
