import { expect, test } from 'vitest';
import { plainText, renderCsv, renderMarkdownTable, renderPlainTable } from './text-table.ts';

test('Markdown holds a table together, whatever stands in its cells', () => {
  const rows = [['a|b', '<img src=x>', 'two\nlines', '`code` *bold* [x](y) @who #1']];
  expect(renderMarkdownTable({ header: ['', 'v'], rows })).toBe(
    '|  | v |\n| --- | --- |\n| a\\|b | &lt;img src=x&gt; | two lines | \\`code\\` \\*bold\\* \\[x\\](y) \\@who \\#1 |\n',
  );
});

test('CSV quotes what must be quoted, and no cell is a formula', () => {
  const rows = [
    ['=1+1', '+cmd', '-2+3', '@x', '\tx', '\rx'],
    ['-0.5', '1e-7', 'a,b', 'say "hi"', 'two\nlines', '-x'],
  ];
  expect(renderCsv({ header: ['h'], rows })).toBe(
    'h\r\n\'=1+1,\'+cmd,\'-2+3,\'@x,\'\tx,"\'\rx"\r\n-0.5,1e-7,"a,b","say ""hi""","two\nlines",\'-x\r\n',
  );
});

test('a terminal gets no text that writes over other text', () => {
  expect(plainText('a\u001b[2J\u202eb\nc')).toBe('a [2J b c');
});

test('a terminal gets columns, and nothing that moves its cursor', () => {
  expect(
    renderPlainTable({
      header: ['name', 'v'],
      rows: [
        ['a\u001b[2Jb', '1'],
        ['🐔', ''],
      ],
    }),
  ).toEqual(['name    v', 'a [2Jb  1', '🐔']);
});
