import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Cell } from '../../src/db/query.ts';
import { renderRows } from '../../src/cli/text/rows.ts';

/** The only cell of a table of one row, as a spreadsheet reads it. */
function readCell(cell: Cell, isForSpreadsheet = true): string {
  const style = { format: 'csv', width: 80, isForSpreadsheet } as const;
  const text = [...renderRows({ columns: ['t'], rows: [[cell]] }, style)].join('');
  const [, field = ''] = /^\ufeff?t\r?\n([\s\S]*?)\r?\n$/.exec(text) ?? [];
  return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
}

const SIGNS = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−'];
const INVISIBLE = [
  ...[
    '',
    ' ',
    '\u00a0',
    '\t',
    '\r',
    '\n',
    '\r\n',
    '\v',
    '\f',
    '\ufeff',
    '\u200b',
    '\u200c',
    '\u200d',
    '\u2060',
  ],
  ...[
    '\u00ad',
    '\u200e',
    '\u202e',
    '\u2066',
    '\u3000',
    '\u2003',
    '\u180e',
    '\u034f',
    '\u115f',
    '\u3164',
    '\u2800',
  ],
  ...['\0', '\u0001', '\u001b', '\u007f', '\u0085', '\u2028', "'", "''", "' "],
];

describe('--excel', () => {
  test.each(SIGNS)('never begins a cell with %j, even after invisible characters', (sign) => {
    const executed = INVISIBLE.filter(
      (before) => !readCell(`${before}${sign}cmd|' /c calc'!A0`).startsWith("'"),
    );
    expect(executed.map((before) => JSON.stringify(before))).toEqual([]);
  });

  test('also guards names of columns, and bytes', () => {
    const style = { format: 'csv', width: 80, isForSpreadsheet: true } as const;
    const [, heading] = renderRows({ columns: ['\u00a0=1+1'], rows: [] }, style);
    expect(heading).toBe("'\u00a0=1+1\r\n");
    expect(readCell(Buffer.from([0xfb, 0xff]))).toBe("'+/8=");
  });

  test('leaves numbers and all other texts unchanged', () => {
    for (const text of ['-5', '+4.5', '0', 'a=1', "'tis", ' x', '\u200bx', '#1', '(=1)', ''])
      expect(readCell(text)).toBe(text);
    expect(readCell(-5)).toBe('-5');
  });

  test('can be undone by removing the apostrophe that it adds', () => {
    const unguard = (cell: string): string =>
      cell.startsWith("'") && readCell(cell.slice(1)) === cell ? cell.slice(1) : cell;
    // Control characters become U+FFFD; nothing else is lost.
    const piece = fc.constantFrom(
      ...SIGNS,
      ...INVISIBLE.filter((one) => !/[^\P{Cc}\t\n\r]/u.test(one)),
      'x',
      '5',
      '"',
      ',',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const text = pieces.join('');
        expect(unguard(readCell(text))).toBe(text);
      }),
      { examples: [[["'", '\t']], [["'", "'", '\n']], [["'", '=']]] },
    );
  });
});

test('plain CSV keeps every text unchanged, with and without invisible characters', () => {
  for (const sign of SIGNS)
    for (const before of INVISIBLE) expect(readCell(`${before}${sign}1`, false)).toBe(`${before}${sign}1`);
});
