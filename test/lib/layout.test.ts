import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { clip, wrap, wrapLines, wrapProse } from '../../src/lib/layout.ts';
import { renderTable, type Column } from '../../src/cli/text/table.ts';

const word = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('日', '本', 'é', 'e\u0301', 'ß', '👩‍👩‍👧', '한', 'x', '-'),
    minLength: 1,
    maxLength: 12,
  }),
  fc.constant('https://clearinghouse.example/case/10002/of/a/very/long/address/that/has/no/space/in/it'),
);
const prose = fc.array(word, { maxLength: 40 }).map((words) => words.join(' '));
const width = fc.constantFrom(20, 40, 80, 200);
const withoutSpace = (text: string): string => text.replace(/\s/g, '');

describe('a wrapped text', () => {
  test('has no line that is wider than it may be, and loses nothing but white space', () => {
    fc.assert(
      fc.property(prose, width, fc.constantFrom('', '  ', '    * '), (text, most, first) => {
        const lines = wrap(text, most, { first, rest: ' '.repeat(first.length) });
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(most);
        expect(withoutSpace(lines.join('').slice(first.length))).toBe(withoutSpace(text));
      }),
    );
  });

  test('is broken at words where they fit', () => {
    expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four']);
    expect(wrap('日本 日本 日本', 9)).toEqual(['日本 日本', '日本']);
    expect(wrap('a\n\nb', 9)).toEqual(['a', '', 'b']);
  });

  test('ends in an ellipsis where it may not have more lines', () => {
    expect(wrap('one two three four', 9, { maxLines: 2 })).toEqual(['one two', 'three…']);
    fc.assert(
      fc.property(prose, width, fc.integer({ min: 1, max: 3 }), (text, most, maxLines) => {
        const lines = wrap(text, most, { maxLines });
        expect(lines.length).toBeLessThanOrEqual(maxLines);
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(most);
        if (withoutSpace(lines.join('')) !== withoutSpace(text)) expect(lines.at(-1)).toMatch(/…$/);
      }),
    );
  });

  test('takes no accent from its letter, nor a person from a family', () => {
    expect(clip('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301…');
    expect(clip('👩‍👩‍👧👩‍👩‍👧', 3)).toBe('👩‍👩‍👧…');
  });
});

describe('a table', () => {
  const column = fc.record<Column>({
    heading: fc.constantFrom('id', 'name', 'last_checked_date', 'what they are', 'settlement_judgment_year'),
    align: fc.constantFrom('left', 'right'),
    fit: fc.constantFrom('wrap', 'clip'),
  });
  const table = fc
    .array(column, { minLength: 1, maxLength: 12 })
    .chain((columns) =>
      fc.tuple(
        fc.constant(columns),
        fc.array(fc.array(prose, { minLength: columns.length, maxLength: columns.length }), { maxLength: 4 }),
        width,
      ),
    );

  test('has no line that is wider than the terminal', () => {
    fc.assert(
      fc.property(table, ([columns, rows, most]) => {
        const lines = renderTable(columns, rows, most).split('\n');
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('loses nothing of a column that is wrapped', () => {
    fc.assert(
      fc.property(fc.array(prose, { minLength: 1, maxLength: 4 }), width, (texts, most) => {
        const columns: Column[] = [
          { heading: 'no', fit: 'whole' },
          { heading: 'text', fit: 'wrap' },
        ];
        const lines = renderTable(
          columns,
          texts.map((text) => ['7', text]),
          most,
        ).split('\n');
        const rows = lines.slice(2).map((line) => line.replace(/^ ?7( |$)/, ''));
        expect(withoutSpace(rows.join(''))).toBe(withoutSpace(texts.join('')));
      }),
    );
  });

  test('never cuts or breaks a column that is whole, though it be wider than the terminal', () => {
    const path = `/a/${'long/'.repeat(30)}file.db`;
    const columns: Column[] = [
      { heading: 'size', align: 'right', fit: 'whole' },
      { heading: 'file', fit: 'whole' },
    ];
    expect(renderTable(columns, [['1 kB', path]], 80).split('\n')).toContain(`file  ${path}`);
  });

  test('gives the column whose text is kept more room than one that is clipped', () => {
    const columns: Column[] = [
      { heading: 'name', fit: 'clip' },
      { heading: 'why', fit: 'wrap' },
    ];
    const text = 'word '.repeat(40);
    const [, rule = ''] = renderTable(columns, [[text, text]], 80).split('\n');
    const [name = '', why = ''] = rule.split('  ');
    expect(rule).toHaveLength(80);
    expect(why.length).toBeGreaterThan(1.8 * name.length);
  });

  test('uses the room that there is', () => {
    const columns: Column[] = [{ heading: 'text' }];
    const text = 'word '.repeat(80).trim();
    const widths = [80, 200].map((most) => renderTable(columns, [[text]], most).split('\n')[1]?.length);
    expect(widths).toEqual([80, 200]);
  });

  test('is a record for each row where its columns cannot stand side by side', () => {
    const columns = ['case_id', 'name', 'settlement_judgment_year', 'why'].map((heading) => ({ heading }));
    expect(renderTable(columns, [['1', 'Alder', '2020', 'the order ends before it begins']], 40)).toBe(
      `case_id               1
name                  Alder
settlement_judgment_year
                      2020
why                   the order ends
                      before it begins
`,
    );
  });
});

describe('lines for a terminal', () => {
  const widest = (text: string): number => Math.max(...text.split('\n').map((line) => stringWidth(line)));
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 60 });
  const indent = fc.constantFrom('', '  ', '      ');

  test('break at words, under the indent of the line, and lose no word', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(indent, words)), fc.constantFrom(20, 40, 80), (lines, most) => {
        const text = lines.map(([space, parts]) => space + parts.join(' ')).join('\n');
        const set = wrapLines(text, most);
        expect(widest(set)).toBeLessThanOrEqual(most);
        expect(set.split(/\s+/)).toEqual(text.split(/\s+/));
      }),
    );
    expect(wrapLines('  one two three', 9)).toBe('  one two\n  three');
  });

  test('stay as they are where they fit', () => {
    const table = 'id    name\n──    ────\n 1    Alder  v.  Brook\n';
    expect(wrapLines(table, 40)).toBe(table);
  });

  test('keep an address in one piece', () => {
    const address = 'https://clearinghouse.example/case/10002/of/a/long/address';
    expect(wrapLines(`See ${address} for more.`, 20)).toBe(`See\n${address}\nfor more.`);
  });

  test('of prose are set anew as paragraphs, and indented commands stay', () => {
    const command = '  $ clearinghouse-mirror sync --database /data/clearinghouse.db';
    const text = `one two three four\nfive six\n\nExample:\n${command}\n`;
    expect(wrapProse(text, 10)).toBe(`one two\nthree four\nfive six\n\nExample:\n${command}\n`);
    expect(wrapProse(text, 18)).toBe(text);
  });
});
