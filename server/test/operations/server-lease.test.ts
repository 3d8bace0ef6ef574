import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endLease, renewLease, sweepLapsedServers, watchLeases } from '../../src/operations/server-lease.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';
import { storeTargets } from '../support/store-targets.ts';

const TURN_MS = 15_000;

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
    const servers = async () =>
      (await deps.store.read((reader) => reader.serverLeases.list())).map(({ serverId }) => serverId);

    test('what a server that is gone left half done is swept, and only that', async () => {
      await renewLease(deps, 'gone');
      const left = leaveHalfAnUpload('gone');
      const mine = leaveHalfAnUpload('alive');
      const watch = watchLeases();
      for (let turn = 0; turn <= 8; turn += 1) {
        expect([left(), mine()]).toEqual([true, true]);
        await renewLease(deps, 'alive');
        await sweepLapsedServers(deps, watch);
        deps.clock.advance(TURN_MS);
      }
      expect([left(), mine()]).toEqual([false, true]);
      expect(await servers()).toEqual(['alive']);
    });

    test('a server whose clock is days behind is not gone while it renews its lease', async () => {
      const watch = watchLeases();
      const behind = leaveHalfAnUpload('behind');
      for (let turn = 0; turn < 20; turn += 1) {
        await deps.store.write((writer) => writer.serverLeases.renew('behind', turn * TURN_MS));
        await sweepLapsedServers(deps, watch);
        deps.clock.advance(TURN_MS);
      }
      expect(behind()).toBe(true);
      expect(await servers()).toEqual(['behind']);
    });

    test('nobody is gone because all were cut off from the database for an hour', async () => {
      const watch = watchLeases();
      await renewLease(deps, 'other');
      const other = leaveHalfAnUpload('other');
      await sweepLapsedServers(deps, watch);
      deps.clock.advance(3_600_000);
      await sweepLapsedServers(deps, watch);
      expect(other()).toBe(true);
    });

    test('a server that stops in order leaves no lease', async () => {
      await renewLease(deps, 'one');
      await endLease(deps, 'one');
      expect(await servers()).toEqual([]);
    });
  });
