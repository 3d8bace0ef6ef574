import { expect, test } from 'vitest';
import { mediaType } from './media-type.ts';

test.each([
  ['MLmodel', 'text/plain'],
  ['m.json', 'text/plain'],
  ['conda.yaml', 'text/plain'],
  ['x.html', 'text/html'],
  ['x.PNG', 'image/png'],
  ['X.TXT', 'text/plain'],
  ['x.tar.gz', 'application/x-tar'],
  ['x.gz', 'application/octet-stream'],
  ['model.pkl', 'application/octet-stream'],
  ['.json', 'application/octet-stream'],
  ['txt', 'text/plain'],
  ['a.', 'application/octet-stream'],
  ['constructor', 'application/octet-stream'],
  ['a.__proto__', 'application/octet-stream'],
])('%s is %s, as MLflow says', (name, type) => {
  expect(mediaType(name)).toBe(type);
});
