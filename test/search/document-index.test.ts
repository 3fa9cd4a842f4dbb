import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { prepareWriteText } from '../../src/db/linked/texts.ts';
import type { Mirror } from '../../src/db/open-mirror.ts';
import {
  buildSearchIndexes,
  checkIndex,
  dropSearchIndexes,
  updateSearchColumns,
} from '../../src/db/search-index.ts';
import { SEARCH_INDEXES } from '../../src/db/search-tables.ts';
import { toTextWords } from '../../src/linked/text-words.ts';
import { openLinkedMirror } from '../support/linked-mirror.ts';
import { makeDocument } from '../support/linked-rows.ts';
import { openEmptyMirror } from '../support/open-empty-mirror.ts';

type Kind = 'documents' | 'texts';

const find = ({ sqlite }: Mirror, kind: Kind, query: string): unknown[] => {
  const { name } = SEARCH_INDEXES[kind];
  return sqlite.prepare(`SELECT rowid FROM ${name} WHERE ${name} MATCH ? ORDER BY rowid`).pluck().all(query);
};

/** Every word of an index with its position. */
function listWords({ sqlite }: Mirror, kind: Kind): unknown[] {
  sqlite.exec(
    `CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, ${SEARCH_INDEXES[kind].name}, instance)`,
  );
  try {
    return sqlite.prepare('SELECT term, doc, col, "offset" FROM temp.words ORDER BY 1, 2, 3, 4').raw().all();
  } finally {
    sqlite.exec('DROP TABLE temp.words');
  }
}

const listBoth = (mirror: Mirror) => [listWords(mirror, 'documents'), listWords(mirror, 'texts')];

function storeText(mirror: Mirror, documentId: number, text: string): void {
  prepareWriteText(mirror)({
    document: { documentId, fingerprint: 'x' },
    result: { answer: { outcome: 'text', text, raw: null, drift: [] } },
    at: new Date(Date.UTC(2030, 0, 15)),
  });
}

const HIDDEN = { document_status: 'Deleted' };

describe('the search index of documents and texts', () => {
  test('contains a document and its text while they are public, and equal texts only once', () => {
    const one = openLinkedMirror([1, 2]);
    const { mirror } = one;
    const [order, copy] = [
      makeDocument({ id: 7, title: 'Zebra order' }),
      makeDocument({ id: 8, title: 'Quagga order' }),
    ];
    one.read(1, 'documents', [order, copy]);
    storeText(mirror, 7, 'The okapi is granted relief.');
    storeText(mirror, 8, 'The okapi is granted relief.');
    const state = () => [
      find(mirror, 'documents', 'zebra'),
      find(mirror, 'documents', 'order'),
      find(mirror, 'texts', 'okapis').length,
    ];
    expect(state()).toEqual([[7], [7, 8], 1]);
    one.run();
    one.read(1, 'documents', [{ ...order, ...HIDDEN }, copy]);
    expect(state()).toEqual([[], [8], 1]);
    one.run();
    one.read(1, 'documents', [
      { ...order, ...HIDDEN },
      { ...copy, ...HIDDEN },
    ]);
    expect(state()).toEqual([[], [], 0]);
    expect(listBoth(mirror)).toEqual([[], []]);
    one.run();
    one.read(1, 'documents', [order, { ...copy, ...HIDDEN }]);
    expect(state()).toEqual([[7], [7], 1]);
    mirror.close();
  });

  test('drops departed documents and replaced texts, and indexes the new texts', () => {
    const one = openLinkedMirror([1, 2]);
    const { mirror } = one;
    one.read(1, 'documents', [makeDocument({ id: 7, title: 'Zebra' }), makeDocument({ id: 8 })]);
    storeText(mirror, 7, 'first okapi');
    storeText(mirror, 7, 'second quagga');
    expect([find(mirror, 'texts', 'okapi'), find(mirror, 'texts', 'quagga').length]).toEqual([[], 1]);
    for (let departure = 0; departure < 2; departure++) {
      one.run();
      one.read(1, 'documents', [makeDocument({ id: 8 })]);
    }
    expect(find(mirror, 'documents', 'zebra')).toEqual([]);
    expect(listWords(mirror, 'texts')).toEqual([]);
    mirror.close();
  });

  test('equals a rebuilt index after any sequence of edits, hidden records, departures and texts', () => {
    const step = fc.record({
      document: fc.integer({ min: 1, max: 3 }),
      act: fc.constantFrom('show', 'hide', 'leave', 'text', 'delete', 'replace', 'key'),
      words: fc.constantFrom('alder order', 'ﬁling injunc-\ntion', 'soft\u00adhyphen § 1983', 'alder\u0000x'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
        const one = openLinkedMirror([1]);
        const { mirror } = one;
        const { sqlite } = mirror;
        const listed = new Map<number, Record<string, string | number>>();
        const read = (): void => {
          one.run();
          one.read(
            1,
            'documents',
            [...listed.values(), { id: 99, title: 'Stays' }].map((fields) => makeDocument(fields)),
          );
        };
        read();
        for (const { document: id, act, words } of steps) {
          const stored = sqlite.prepare('SELECT 1 FROM documents WHERE id = ?').get(id) !== undefined;
          if (act === 'leave') listed.delete(id);
          if (act === 'show' || act === 'hide')
            listed.set(id, { id, title: words, ...(act === 'hide' && HIDDEN) });
          if (act === 'leave' || act === 'show' || act === 'hide') read();
          if (act === 'text' && stored) storeText(mirror, id, words);
          // The program never does this, but a person might.
          if (act === 'delete') sqlite.prepare('DELETE FROM document_texts WHERE document_id = ?').run(id);
          if (act === 'key')
            sqlite.prepare('UPDATE texts SET value = value || ? WHERE mirror_id = ?').run(words, id);
          if (act === 'replace')
            sqlite.prepare('INSERT OR REPLACE INTO documents SELECT * FROM documents WHERE id = ?').run(id);
        }
        updateSearchColumns(sqlite);
        checkIndex(sqlite, 'documents');
        checkIndex(sqlite, 'texts');
        const kept = listBoth(mirror);
        dropSearchIndexes(sqlite);
        buildSearchIndexes(sqlite);
        expect(kept).toEqual(listBoth(mirror));
        mirror.close();
      }),
      { numRuns: 15 },
    );
  });

  test('is not written if nothing changed', () => {
    const one = openLinkedMirror([1]);
    const list = [makeDocument({ id: 7 }), makeDocument({ id: 8, ...HIDDEN })];
    one.read(1, 'documents', list);
    storeText(one.mirror, 7, 'okapi');
    const blocks = () =>
      one.rows(
        'SELECT id, hex(block) FROM documents_fts_data UNION ALL SELECT id, hex(block) FROM texts_fts_data',
      );
    const before = blocks();
    one.run();
    one.read(1, 'documents', list);
    storeText(one.mirror, 7, 'okapi');
    expect(blocks()).toEqual(before);
    one.mirror.close();
  });

  test('is empty in a new mirror, and a search of it finds nothing', () => {
    const mirror = openEmptyMirror();
    expect([find(mirror, 'documents', 'a'), find(mirror, 'texts', 'a')]).toEqual([[], []]);
    mirror.close();
  });
});

describe('the repaired words of a text', () => {
  test.each([
    ['The ﬁling of the afﬁdavit', 'The filing of the affidavit'],
    ['a pre\u00adlim\u00adinary injunc\u200btion', 'a preliminary injunction'],
    ['for a prelimi-\n  nary injunction\nnext line', 'for a preliminary injunction'],
    ['ＡＤＡ', 'ADA'],
  ])('of %j are %j', (text, words) => {
    expect(toTextWords(text)).toBe(words);
  });

  test('are null if no character needs repair', () => {
    for (const text of ['', 'A well-known order — § 1983.', 'Café\nnext', 'AT-\nLARGE', '1-\n2'])
      expect(toTextWords(text)).toBeNull();
  });

  test('are only the words around odd characters, however long the text is', () => {
    const long = 'word '.repeat(20_000);
    const words = toTextWords(`${long}motion was ﬁled ${long}`) ?? '';
    expect(words).toContain('motion was filed');
    expect(words.length).toBeLessThan(500);
    expect(toTextWords('\u00ad'.repeat(100_000))).toBeNull();
    expect(toTextWords('😀\u00ad'.repeat(1000))?.isWellFormed()).toBe(true);
  });
});
