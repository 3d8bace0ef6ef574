import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_ACTOR } from '../../src/domain/actor.ts';
import { checkpointFolder } from '../../src/host/checkpoint-folder.ts';
import { placeAuditEvents } from '../../src/jobs/place-events.ts';
import { createSignal } from '../../src/jobs/signal.ts';
import { makeCheckpoint, placeEvents, sendCheckpoints } from '../../src/operations/audit-log.ts';
import { createRegisteredModel } from '../../src/operations/registered-model.ts';
import { type TestApp, testApp } from '../support/app.ts';

describe('checkpoints are kept in a folder, too', () => {
  let server: TestApp;
  let folder: string;

  beforeEach(async () => {
    server = await testApp();
    folder = join(mkdtempSync(join(tmpdir(), 'registry-sink-')), 'made', 'when-needed');
  });
  afterEach(async () => {
    await server.close();
    rmSync(join(folder, '..', '..'), { recursive: true, force: true });
  });

  const deps = () => ({ ...server.deps, checkpointSink: checkpointFolder(folder) });

  /** One event more, and a checkpoint of it. */
  async function sign(name: string): Promise<string> {
    await createRegisteredModel(server.deps, LOCAL_ACTOR, { name, tags: [], description: null });
    await placeEvents(server.deps);
    return (await makeCheckpoint(server.deps))?.note ?? '';
  }
  const kept = () => readdirSync(folder).sort();

  test('each as a file of its own, those that were made while it was away, too', async () => {
    expect(await checkpointFolder(folder).newest()).toBeNull();
    const notes = [await sign('a'), await sign('b')];
    const next = await sendCheckpoints(deps(), null);
    expect(next).toBe(3);
    expect(kept()).toEqual(['0000000000000001.checkpoint', '0000000000000002.checkpoint']);
    expect(kept().map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(notes);
    const third = await sign('c');
    expect(await sendCheckpoints(deps(), next)).toBe(4);
    expect(await checkpointFolder(folder).newest()).toBe(third);
    // A server that starts asks the folder how far it is.
    expect(await sendCheckpoints(deps(), null)).toBe(4);
    expect(kept()).toHaveLength(3);
  });

  test('a log that was signed anew is told, and what was kept stays', async () => {
    const note = await sign('a');
    await sendCheckpoints(deps(), null);
    const [name = ''] = kept();
    writeFileSync(
      join(folder, name),
      note.replace(/\n.*\n\n/, '\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n'),
    );
    await expect(sendCheckpoints(deps(), null)).rejects.toThrow('holds another checkpoint of 1 events');
    expect(readFileSync(join(folder, name), 'utf8')).not.toBe(note);
    await expect(sendCheckpoints(deps(), 0)).rejects.toThrow('was replaced');
  });

  test('by the job, in the turn that signs', async () => {
    await createRegisteredModel(server.deps, LOCAL_ACTOR, { name: 'a', tags: [], description: null });
    const job = placeAuditEvents(createSignal());
    await job.turn(deps());
    expect(kept()).toEqual(['0000000000000001.checkpoint']);
  });
});
