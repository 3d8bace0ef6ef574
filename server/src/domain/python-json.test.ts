import { expect, test } from 'vitest';
import { pythonJson } from './python-json.ts';

test('JSON is spaced and escaped as json.dumps does it', () => {
  expect(pythonJson([{ a: 1, b: ['é', null, true] }, {}])).toBe(
    '[{"a": 1, "b": ["\\u00e9", null, true]}, {}]',
  );
});
