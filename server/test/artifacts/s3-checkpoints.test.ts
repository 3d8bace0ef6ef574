import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCheckpointBucket } from '../../src/artifacts/s3-checkpoints.ts';
import type { CheckpointSink } from '../../src/operations/ports/checkpoint-sink.ts';
import { s3Target, type TestPlace, testPlace } from '../support/s3.ts';

const target = s3Target();

describe.skipIf(target === null)('checkpoints in a bucket', () => {
  let place: TestPlace;
  let sink: CheckpointSink;

  beforeEach(async () => {
    if (target === null) return;
    place = await testPlace(target, 'checkpoints');
    sink = await openCheckpointBucket(place.options);
  });
  afterEach(() => place.clear());

  test('each is an object of its own, and the greatest is the newest', async () => {
    expect(await sink.newest()).toBeNull();
    for (const size of [9, 10, 100]) await sink.keep(size, `note of ${size}\n`);
    await sink.keep(10, 'note of 10\n');
    await place.putObject('9999999999999999.other', 'not ours');
    expect(await sink.newest()).toBe('note of 100\n');
    expect(await place.keys()).toEqual([
      '0000000000000009.checkpoint',
      '0000000000000010.checkpoint',
      '0000000000000100.checkpoint',
      '9999999999999999.other',
    ]);
  });

  test('another one of the same size is refused, and the first stays', async () => {
    await sink.keep(1, 'first\n');
    await expect(sink.keep(1, 'second\n')).rejects.toThrow('holds another checkpoint of 1 events');
    expect(await sink.newest()).toBe('first\n');
  });
});
