import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { inventCase } from '../../fake-api/invent/case.ts';
import {
  readRecordedCases,
  readRecordedDocuments,
  recordedCases,
} from '../../fake-api/collection/recorded-cases.ts';
import { ask, askEnvelope } from './ask.ts';
import { useFakeApi } from './use-fake-api.ts';

const folder = mkdtempSync(join(tmpdir(), 'recorded-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const ODD_LINE = '{"id": 3,  "case_ongoing":"Yes","size":1.50,"name":"Spaced \\u00e9 v. Odd"}';

describe('recorded cases', () => {
  test('are read from a file of lines, in order of id, and served byte for byte', async () => {
    const path = join(folder, 'cases.ndjson');
    writeFileSync(path, `${JSON.stringify({ id: 8, case_ongoing: 'No' })}\n\n${ODD_LINE}\n`);
    const fakeApi = await useFakeApi({ source: await readRecordedCases(path) });
    expect(fakeApi.source.ids()).toEqual([3, 8]);
    const { body } = await ask(fakeApi, 'cases/?case_ongoing=5021');
    expect(body.toString()).toBe(`{"count":1,"next":null,"previous":null,"results":[${ODD_LINE}]}`);
  });

  test('are read from a gzipped file too', async () => {
    const path = join(folder, 'cases.ndjson.gz');
    writeFileSync(path, gzipSync(`${ODD_LINE}\n${JSON.stringify(inventCase(1, 2))}`));
    const source = await readRecordedCases(path);
    expect(source.size).toBe(2);
    expect(source.get(3)?.size).toBe(1.5);
  });

  test.each(['cases.ndjson', 'cases.ndjson.gz'])(
    'in %s are its lines, however they end, long ones and odd ones too, and blank ones are none',
    async (name) => {
      const path = join(folder, `lines-${name}`);
      const long = `{"id":1,"case_ongoing":"Yes","name":"${'é'.repeat(100_000)}"}`;
      const odd = '{"id":2,"case_ongoing":"Yes","name":"a\u2028b"}';
      const text = `\r\n${long}\r\n  \n${odd}\n\n${ODD_LINE}`;
      writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
      const fakeApi = await useFakeApi({ source: await readRecordedCases(path) });
      const { body } = await ask(fakeApi, 'cases/?case_ongoing=5021');
      expect(body.toString()).toBe(
        `{"count":3,"next":null,"previous":null,"results":[${long},${odd},${ODD_LINE}]}`,
      );
    },
  );

  test('of a plain file are read from it on request, and those of a gzipped one are kept in memory', async () => {
    const plain = join(folder, 'plain.ndjson');
    const gzipped = join(folder, 'gzipped.ndjson.gz');
    writeFileSync(plain, ODD_LINE);
    writeFileSync(gzipped, gzipSync(ODD_LINE));
    const fromPlain = await readRecordedCases(plain);
    const fromGzipped = await readRecordedCases(gzipped);
    writeFileSync(plain, ODD_LINE.replace('Odd', 'Not'));
    rmSync(gzipped);
    expect(fromPlain.get(3)?.name).toBe('Spaced é v. Not');
    expect(fromGzipped.get(3)?.name).toBe('Spaced é v. Odd');
    writeFileSync(plain, '{}');
    expect(() => fromPlain.get(3)).toThrow('is shorter than it was');
  });

  test('say so when the file is not there, or not JSON', async () => {
    const path = join(folder, 'broken.ndjson');
    writeFileSync(path, 'not json\n');
    await expect(readRecordedCases(join(folder, 'missing.ndjson'))).rejects.toThrow('ENOENT');
    await expect(readRecordedCases(join(folder, 'missing.ndjson.gz'))).rejects.toThrow('ENOENT');
    await expect(readRecordedCases(path)).rejects.toThrow('JSON');
  });

  test('may be anything at all: the list without a filter shows them, odd ones last', async () => {
    const fakeApi = await useFakeApi({ source: recordedCases([null, 'text', { id: 'x' }, { id: 5 }]) });
    const { count, results } = await askEnvelope(fakeApi, 'cases/');
    expect(count).toBe(4);
    expect(results).toEqual([{ id: 5 }, null, 'text', { id: 'x' }]);
  });

  test('have days like invented ones, and new cases that take no id twice', () => {
    const source = recordedCases([inventCase(1, 0), inventCase(1, 1), inventCase(1, 2), null]);
    const before = source.get(inventCase(1, 0).id as number);
    const day = source.advance({ changed: 3, inserted: 5 });
    expect(day.changed).toHaveLength(3);
    expect(source.get(inventCase(1, 0).id as number)).not.toEqual(before);
    expect(new Set(source.ids()).size).toBe(8);
  });
});

describe('recorded documents', () => {
  const DOCUMENT = { id: 31, title: 'Order', has_text: true, text_url: 'https://casehouse.example/31' };

  test.each(['documents.ndjson', 'documents.ndjson.gz'])(
    'of %s are served as they are, with their texts, and without the keys that are ours',
    async (name) => {
      const path = join(folder, name);
      const lines = [
        {
          case_id: 3,
          documents: [
            { ...DOCUMENT, _text: 'Words.', _text_length: 6 },
            { id: 32, _text: null },
          ],
        },
        { case_id: 3, documents: [{ id: 33 }] },
      ];
      const text = lines.map((line) => JSON.stringify(line)).join('\n');
      writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
      const source = recordedCases([{ id: 3 }]);
      expect(await readRecordedDocuments(path, source)).toBe(3);
      const fakeApi = await useFakeApi({ source });
      expect((await askEnvelope(fakeApi, 'cases/3/documents/')).results).toEqual([
        { id: 33 },
        { id: 32 },
        DOCUMENT,
      ]);
      expect((await ask(fakeApi, 'documents/31/text/')).json()).toEqual({ id: 31, text: 'Words.' });
      expect((await ask(fakeApi, 'documents/32/text/')).status).toBe(404);
    },
  );

  test('must name their case', async () => {
    const path = join(folder, 'nameless.ndjson');
    writeFileSync(path, '{"case_id":3,"documents":[]}\n{"documents":[]}');
    await expect(readRecordedDocuments(path, recordedCases([]))).rejects.toThrow('at byte 29');
  });
});
