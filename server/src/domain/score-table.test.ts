import { expect, test } from 'vitest';
import { MOST_SAMPLES, readScoreTable, scoreKey } from './score-table.ts';

const COLUMNS = { sample: 'image', score: 'hit' };
const table = (columns: readonly unknown[], ...data: readonly (readonly unknown[])[]) =>
  readScoreTable(JSON.stringify({ columns, data }), COLUMNS);

test('scores are read by sample, in bytewise order, whatever the order of rows and columns', () => {
  const read = table(['hit', 'camera', 'image'], [true, 'ir', 'b.png'], [0.25, 'ir', 'a.png'], [0, 'ir', 7]);
  expect(read).toEqual({
    kind: 'scores',
    scores: new Map([
      ['7', 0],
      ['a.png', 0.25],
      ['b.png', 1],
    ]),
  });
  expect(read.kind === 'scores' && [...read.scores.keys()]).toEqual(['7', 'a.png', 'b.png']);
});

const many = Array.from({ length: MOST_SAMPLES + 1 }, (_, i) => [`s${i}`, 1]);
test.each<[unknown, string]>([
  ['nonsense', 'it is not a JSON table with "columns" and "data"'],
  ['[]', 'it is not a JSON table with "columns" and "data"'],
  ['{"columns":{},"data":[]}', 'it is not a JSON table with "columns" and "data"'],
  [{ columns: ['hit'], data: [[1]] }, 'it has no column image'],
  [{ columns: ['image'], data: [['a']] }, 'it has no column hit'],
  [{ columns: ['image', 'hit'], data: [] }, 'it has no rows'],
  [{ columns: ['image', 'hit'], data: many }, 'it has more than 100000 rows'],
  [{ columns: ['image', 'hit'], data: ['a'] }, 'row 1 has no name in image'],
  [{ columns: ['image', 'hit'], data: [[null, 1]] }, 'row 1 has no name in image'],
  [
    {
      columns: ['image', 'hit'],
      data: [
        ['a', 1],
        ['b', null],
      ],
    },
    'row 2 has no finite number in hit',
  ],
  [{ columns: ['image', 'hit'], data: [['a', '1']] }, 'row 1 has no finite number in hit'],
  [
    {
      columns: ['image', 'hit'],
      data: [
        ['a', 1],
        ['a', 1],
      ],
    },
    'row 2 names a sample again that stands above',
  ],
])('a table that cannot be compared says why: %#', (content, why) => {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  expect(readScoreTable(text, COLUMNS)).toEqual({ kind: 'unreadable', why });
});

test('different columns of one file are different tables', () => {
  const columns = { path: 'eval/scores.json', ...COLUMNS };
  expect(scoreKey(columns)).not.toBe(scoreKey({ ...columns, score: 'iou' }));
});
