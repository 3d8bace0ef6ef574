import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attachment } from './content-disposition.ts';

test.each([
  ['MLmodel', 'attachment; filename=MLmodel'],
  ['sp ace "q";.PNG', 'attachment; filename="sp ace \\"q\\";.PNG"'],
  ['back\\slash', 'attachment; filename="back\\\\slash"'],
  ['Ünï日.txt', "attachment; filename=Uni.txt; filename*=UTF-8''%C3%9Cn%C3%AF%E6%97%A5.txt"],
  ['日本語', "attachment; filename=download; filename*=UTF-8''%E6%97%A5%E6%9C%AC%E8%AA%9E"],
  ["é'(*)", "attachment; filename=\"e'(*)\"; filename*=UTF-8''%C3%A9%27%28%2A%29"],
])('%s is sent as MLflow sends it', (name, header) => {
  expect(attachment(name)).toBe(header);
});

test('no name breaks out of the header', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const header = attachment(name);
      const unquoted = header.replace(/"(?:[^"\\]|\\.)*"/g, '');
      return /^[\x20-\x7e]*$/.test(header) && !unquoted.includes('"') && unquoted.split(';').length <= 3;
    }),
  );
});
