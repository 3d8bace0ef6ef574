import { expect, test } from 'vitest';
import { parseParentReference } from './parent-reference.ts';

test.each([
  ['m', 'm', { by: 'none' }],
  ['m/2', 'm', { by: 'version', text: '2' }],
  ['m/1.4.0', 'm', { by: 'version', text: '1.4.0' }],
  ['m@champion', 'm', { by: 'alias', alias: 'champion' }],
  ['a/b/2', 'a/b', { by: 'version', text: '2' }],
  ['a/b@x', 'a/b', { by: 'alias', alias: 'x' }],
  ['a@b/2', 'a@b', { by: 'version', text: '2' }],
  ['/', '', { by: 'version', text: '' }],
])('%s is split at the last separator', (text, name, selector) => {
  expect(parseParentReference(text)).toEqual({ text, name, selector });
});
