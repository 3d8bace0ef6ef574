import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytewise } from './bytewise-order.ts';

test('texts compare as their bytes in UTF-8 do', () => {
  const text = fc.string({ unit: 'binary', maxLength: 6 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(compareBytewise(a, b))).toBe(bytes);
    }),
  );
});
