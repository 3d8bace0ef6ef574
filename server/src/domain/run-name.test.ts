import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeRunName } from './run-name.ts';

test('a made-up run name is adjective-noun-number within 20 characters', () => {
  fc.assert(
    fc.property(
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      (stream) => {
        const name = makeRunName((below) => Math.floor((stream.next().value ?? 0) * below));
        expect(name).toMatch(/^[a-z]{3,7}-[a-z]{3,7}-[0-9]{1,3}$/);
        expect(name.length).toBeLessThanOrEqual(20);
      },
    ),
  );
});
