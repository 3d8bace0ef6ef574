import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endLease, renewLease, sweepLapsedServers } from '../../src/operations/server-lease.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';
import { storeTargets } from '../support/store-targets.ts';

for (const target of storeTargets)
  describe(`leases of servers on ${target.name}`, () => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps(target);
    });
    afterEach(async () => {
      await deps.close();
    });

    const leaveHalfAnUpload = (serverId: string) => {
      const folder = join(deps.root, '.registry-tmp', serverId);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'upload'), 'half');
      return () => existsSync(folder);
    };

    test('what a server that is gone left half done is swept, and only that', async () => {
      await renewLease(deps, 'gone');
      const left = leaveHalfAnUpload('gone');
      deps.clock.advance(60_000);
      await renewLease(deps, 'alive');
      const mine = leaveHalfAnUpload('alive');
      await sweepLapsedServers(deps);
      expect([left(), mine()]).toEqual([true, true]);
      deps.clock.advance(61_000);
      await sweepLapsedServers(deps);
      expect([left(), mine()]).toEqual([false, true]);
      expect(await deps.store.read((reader) => reader.serverLeases.listLapsed(deps.clock.now()))).toEqual([]);
    });

    test('a server that stops in order leaves no lease', async () => {
      await renewLease(deps, 'one');
      await endLease(deps, 'one');
      deps.clock.advance(1_000_000);
      expect(await deps.store.read((reader) => reader.serverLeases.listLapsed(deps.clock.now()))).toEqual([]);
    });
  });
