import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { listDrift } from '../../src/api/schema-drift.ts';
import { takeSnapshot } from '../../src/backup/snapshot.ts';
import { prepareRecordFailure } from '../../src/db/linked/queue.ts';
import { openMirror, openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { redactCase } from '../../src/db/redact.ts';
import { queryAsOf } from '../../src/history/query-as-of/query.ts';
import { runCli } from '../support/command-line.ts';
import { verifyFile } from '../support/eventful-mirror.ts';
import { findDocument, listLinks, openLinkedMirror } from '../support/linked-mirror.ts';
import { makeDocument } from '../support/linked-rows.ts';
import { writeEmptyMirror } from '../support/once/empty-mirror.ts';
import { makeCase, makeDocket } from '../support/make-case.ts';
import { tempFolder } from '../support/temp-folder.ts';

const CANARY = 'CanaryOfTheSealedDocument';
/** In small letters, and without what an index of words cuts off. */
const TRACE = CANARY.toLowerCase().slice(0, 16);
const sealed = makeDocument({ id: 7, title: `${CANARY} complaint`, brand_new: `${CANARY} field` });

/** A mirror in which document 7 has everything that holds content, and a snapshot of it. */
async function start() {
  const folder = tempFolder();
  const path = join(folder, 'mirror.db');
  writeEmptyMirror(path);
  const mirror = openMirror(path);
  const one = openLinkedMirror([1, 2, 7], mirror);
  one.read(1, 'documents', [sealed, makeDocument({ id: 8 })]);
  one.read(2, 'documents', [sealed]);
  one.read(1, 'dockets', [{ id: 7, court: 'Of the docket with the same id', docket_entries: [] }]);
  one.run();
  one.read(1, 'documents', [{ ...sealed, title: `${CANARY} amended` }, makeDocument({ id: 8 })]);
  one.readBytes(1, 'documents', `{"id":7,"title":"${CANARY}","title":"twice"},{"id":8}`);
  one.readBytes(
    1,
    'dockets',
    `{"id":7,"court":"Of the docket with the same id","x":1e400,"docket_entries":[]}`,
  );
  mirror.sqlite
    .exec(`INSERT INTO texts (mirror_id, hash, characters, bytes, value, mirror_words) VALUES (1, 'h', 1, 1, '${CANARY} text', '${CANARY} text');
    INSERT INTO document_texts (document_id, outcome, text_id, fetched_at, attempted_at, failures)
    VALUES (7, 'text', 1, '2030-01-15T03:17:00.000Z', '2030-01-15T03:17:00.000Z', 0)`);
  const to = { folder: join(folder, 'snapshots') };
  mirror.sqlite.pragma('wal_checkpoint(TRUNCATE)');
  const { signal } = new AbortController();
  const snapshot = await takeSnapshot({ database: path, to, takenAt: new Date(), takenBy: 'hand', signal });
  const redact = (...args: string[]) =>
    runCli(['redact', ...args, '--database', path], { env: { CLEARINGHOUSE_SNAPSHOTS: to.folder } });
  const bytes = () =>
    ['', '-wal', '-shm']
      .map((suffix) => `${path}${suffix}`)
      .filter(existsSync)
      .map((file) => readFileSync(file, 'latin1').toLowerCase())
      .join('');
  return { one, mirror, path, redact, bytes, snapshot: snapshot.path };
}

describe('redact --document', () => {
  test('without --yes says what it would remove of a live document, and removes nothing', async () => {
    const { mirror, path, redact } = await start();
    const { exitCode, stdout } = await redact('--document', '7');
    expect([exitCode, stdout.replaceAll(/\s+/g, ' ')]).toEqual([
      0,
      expect.stringContaining(
        `This would remove from document 7 (twice): its fields, 1 text, 1 rejected record`,
      ),
    ]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('links to 2 cases');
    expect(stdout).not.toMatch(/\b0 /);
    const link = 'https://clearinghouse.net/doc/8';
    for (const args of [
      ['redact', '8'],
      ['fetch-texts', '--case', '8'],
      ['case', '8'],
      ['case', link],
      ['redact', link],
    ]) {
      const { exitCode, stderr } = await runCli([...args, '--database', path]);
      expect([exitCode, stderr.replaceAll(/\s+/g, ' ')]).toEqual([
        2,
        expect.stringContaining('redact --document 8'),
      ]);
      if (args[1] !== link || args[0] === 'case')
        expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
          `\`clearinghouse-mirror case 1 --database ${path}\``,
        );
    }
    expect(findDocument(mirror, 7)?.redactedRunId).toBeNull();
    mirror.close();
  });

  test('leaves no byte of the content in the file: rows, history, rejected records and texts; the links stay', async () => {
    const { one, mirror, path, redact, bytes } = await start();
    const before = listLinks(one);
    mirror.close();
    const { exitCode, stdout } = await redact('--document', '7', '--yes', '--json');
    expect([exitCode, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ document_id: 7, redacted: true, case_ids: [1, 2], rejected_records: 1 }),
    ]);
    expect(bytes()).not.toContain(TRACE);
    const reader = openMirrorReadOnly(path);
    const rows = (sql: string) => reader.sqlite.prepare(sql).all();
    expect(findDocument(reader, 7)).toMatchObject({ payload: { id: 7 } });
    expect(rows(`SELECT case_id || ' ' || document_id AS link FROM case_documents`)).toEqual(
      before.map((link) => ({ link })),
    );
    expect(rows('SELECT id FROM clean_documents')).toEqual([{ id: 8 }]);
    // The docket with the same id is another thing.
    expect(rows('SELECT record_kind FROM rejected_records')).toEqual([{ record_kind: 'docket' }]);
    expect(rows('SELECT id FROM further_dockets')).toEqual([{ id: 7 }]);
    expect(
      rows(`SELECT event FROM linked_change_log WHERE record_key = 7 AND event = 'redacted'`),
    ).toHaveLength(2);
    reader.close();
    expect(verifyFile(path).findings.filter(({ check }) => check === 'linked' || check === 'seals')).toEqual(
      [],
    );
  });

  test('stays in effect when a list contains the document again, also as bytes that cannot be parsed exactly', async () => {
    const { mirror, path, redact, bytes } = await start();
    mirror.close();
    await redact('--document', '7', '--yes');
    const again = openMirror(path);
    const one = openLinkedMirror([1, 2, 7], again);
    expect(one.read(1, 'documents', [sealed, makeDocument({ id: 8 })])).toMatchObject({ redacted: 1 });
    one.readBytes(2, 'documents', `{"id":7,"title":"${CANARY}","title":"x"},{"id":7,"title":"${CANARY}`);
    expect(findDocument(again, 7)?.payload).toEqual({ id: 7 });
    again.close();
    expect(bytes()).not.toContain(TRACE);
  });

  test('leaves nothing of it in the records about its lists, before and after', async () => {
    const { mirror, path, redact, bytes } = await start();
    const refusal = {
      code: 'LINKED_LIST_REFUSED',
      message: `The API refused it: ${CANARY} is sealed`,
    } as const;
    const attempt = { caseId: 2, kind: 'documents', runId: 1, at: new Date() } as const;
    prepareRecordFailure(mirror)(attempt, refusal);
    mirror.close();
    expect(bytes()).toContain(`${CANARY} is sealed`.toLowerCase());
    await redact('--document', '7', '--yes');
    expect(bytes()).not.toContain(TRACE);
    const again = openMirror(path);
    const one = openLinkedMirror([1, 2, 7], again);
    one.read(1, 'documents', [{ ...sealed, [CANARY]: 1 }, makeDocument({ id: 8 })]);
    one.readBytes(2, 'documents', `{"id":null,"text_url":"/documents/7/text/","title":"${CANARY}"}`);
    again.close();
    expect(bytes()).not.toContain(TRACE);
  });

  test('removes names of fields that only it had, and keeps those of other documents', async () => {
    const { one, mirror, path, redact, bytes } = await start();
    one.read(2, 'documents', [
      { ...sealed, [`${CANARY}.of.a field`]: 1, shared: 1, ['x'.repeat(120)]: 1 },
      makeDocument({ id: 9, shared: 'y' }),
    ]);
    mirror.close();
    await redact('--document', '7', '--yes');
    expect(bytes()).not.toContain(TRACE);
    const reader = openMirrorReadOnly(path);
    const names = reader.sqlite
      .prepare(`SELECT field FROM schema_drift WHERE expected = 'no such field' ORDER BY 1`)
      .pluck();
    expect(names.all()).toEqual(['dockets[].x', 'documents[].shared', 'documents[].shared']);
    reader.close();
  });

  test('reaches a document of which every record was rejected, and stays in effect later', async () => {
    const { mirror, path, redact, bytes } = await start();
    mirror.close();
    await redact('--document', '7', '--yes');
    const again = openMirror(path);
    const two = openLinkedMirror([1, 2, 7], again);
    for (const record of [`{"id":"77","title":"${CANARY}"}`, `"document 77: ${CANARY}"`, `[77,"${CANARY}"]`])
      two.readBytes(2, 'documents', record);
    again.close();
    expect(bytes()).toContain(TRACE);
    const shown = await redact('--document', '77');
    expect(shown.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'from document 77 (no title): 3 rejected records, the only trace of it; its id stays',
    );
    await redact('--document', '77', '--yes');
    expect(bytes()).not.toContain(TRACE);
    const later = openMirror(path);
    const three = openLinkedMirror([1, 2, 7], later);
    three.readBytes(1, 'documents', `[77,"${CANARY}"]`);
    expect(three.read(1, 'documents', [{ ...sealed, id: 77 }])).toMatchObject({ redacted: 1 });
    expect(findDocument(later, 77)?.payload).toEqual({ id: 77 });
    later.close();
    expect(bytes()).not.toContain(TRACE);
    expect(verifyFile(path).findings.filter(({ check }) => check === 'linked')).toEqual([]);
  });

  test('names the snapshots that contain it, and redacts them with --snapshots', async () => {
    const { mirror, redact, snapshot } = await start();
    mirror.close();
    const { stdout } = await redact('--document', '7', '--yes');
    expect(stdout).toContain(snapshot);
    expect(readFileSync(snapshot, 'latin1')).toContain(CANARY);
    await redact('--document', '7', '--snapshots', '--yes');
    expect(readFileSync(snapshot, 'latin1').toLowerCase()).not.toContain(TRACE);
    expect((await redact('--document', '7')).stdout).not.toContain(snapshot);
  });

  test('shows an earlier state without its content', async () => {
    const { mirror, path, redact } = await start();
    mirror.close();
    await redact('--document', '7', '--yes');
    const reader = openMirrorReadOnly(path);
    const { rows } = queryAsOf(reader, 1, 'SELECT id, title FROM documents ORDER BY id');
    expect([...rows]).toEqual([
      [7, null],
      [8, 'Complaint'],
    ]);
    reader.close();
  });

  test.each([
    [['--document', '99'], 'DOCUMENT_NOT_MIRRORED'],
    [['--document', '7', '7'], 'USAGE'],
    [[], 'USAGE'],
    [['--document', 'x'], 'whole numbers'],
  ])('refuses %j', async (args, words) => {
    const { mirror, redact } = await start();
    mirror.close();
    const { exitCode, stderr } = await redact(...args);
    expect([exitCode === 0, stderr]).toEqual([false, expect.stringContaining(words)]);
  });
});

test('the redaction of a case takes its linked records with it, except those of other cases', () => {
  const path = join(tempFolder(), 'mirror.db');
  const mirror = openMirror(path);
  const one = openLinkedMirror([1, 2], mirror);
  const odd = { [`${CANARY}.of.a field`]: 1 };
  const entry = { id: 5, description: CANARY, attachments: [{ attachment_number: 1, ...odd }], ...odd };
  const docket = { id: 31, court: CANARY, docket_entries: [entry], ...odd };
  const sealedCase = makeCase({
    id: 1,
    main_docket: makeDocket({ id: 7001, docket_entries: [entry], ...odd }),
    ...odd,
  });
  one.run([sealedCase]);
  const insertDrift = mirror.sqlite.prepare('INSERT INTO schema_drift VALUES (?, ?, ?, 1, 1, 1, ?)');
  for (const { field, expected, seen } of listDrift(sealedCase))
    insertDrift.run(field, expected, seen, 'case');
  for (const title of ['one', 'two']) {
    one.read(1, 'documents', [
      makeDocument({ id: 3, title: CANARY + title, ...odd }),
      makeDocument({ id: 4, title }),
    ]);
    one.read(1, 'dockets', [{ ...docket, state: CANARY + title }]);
    one.read(1, 'resources', [{ title: CANARY, abstract: CANARY + title, status: 'Approved', ...odd }]);
    one.readBytes(1, 'resources', `{"title": "${CANARY}", "status": "Approved", "x": 1e400}`);
    one.read(2, 'documents', [makeDocument({ id: 4, title })]);
    one.run();
  }
  expect(one.rows(`SELECT record_kind FROM schema_drift WHERE field LIKE '%${CANARY}%'`)).toHaveLength(9);
  mirror.sqlite.exec('UPDATE cases SET mirror_departed_run_id = 3 WHERE id = 1');
  const start = { startedAt: new Date('2030-02-01T00:00:00.000Z'), version: '0', apiUrl: '', processId: 1 };
  redactCase(mirror, 1, { ...start, trigger: 'redact' }, () => start.startedAt);
  expect(listLinks(one)).toEqual(['2 4']);
  expect(findDocument(mirror, 4)?.payload).toMatchObject({ title: 'two' });
  for (const table of ['further_dockets', 'further_docket_entries', 'resources', 'rejected_records'])
    expect([table, one.rows(`SELECT * FROM ${table}`)]).toEqual([table, []]);
  mirror.close();
  expect(readFileSync(path, 'latin1').toLowerCase()).not.toContain(TRACE);
  expect(verifyFile(path).findings.filter(({ check }) => check === 'linked')).toEqual([]);
});
