import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openMirror } from '../../src/db/open-mirror.ts';
import { deleteDocument } from '../../src/db/linked/redact-document.ts';
import { runCli } from '../support/command-line.ts';
import { type LinkedMirror, openLinkedMirror } from '../support/linked-mirror.ts';
import { makeDocument } from '../support/linked-rows.ts';
import { tempFolder } from '../support/temp-folder.ts';

const doc = (id: number, fields = {}) =>
  makeDocument({ id, clearinghouse_link: `clearinghouse.net/doc/${id}`, ...fields });
const docket = (...docket_entries: object[]) => ({
  id: 601,
  docket_number_manual: '5:20-cv-9',
  court: 'D. Far',
  docket_entries: docket_entries as never[],
});
const entry = (id: number, description: string) => ({ id, entry_number: String(id), description });
const book = { title: 'A book', status: 'Approved', cases: [1], external_url: 'https://example.org/1' };

interface Changes {
  readonly one: LinkedMirror;
  /** The events as `event kind key field`, by `changes --json`. */
  readonly events: (...flags: string[]) => Promise<string[]>;
  readonly text: (...flags: string[]) => Promise<string>;
}

function start(): Changes {
  const path = join(tempFolder(), 'mirror.db');
  const one = openLinkedMirror([1, 2], openMirror(path));
  const run = async (flags: string[]): Promise<string> => {
    const { exitCode, stdout } = await runCli(['changes', '--database', path, ...flags]);
    expect(exitCode).toBe(0);
    return stdout;
  };
  return {
    one,
    text: async (...flags) => (await run(flags)).replaceAll(/\s+/g, ' '),
    events: async (...flags) =>
      (await run(['--json', ...flags]))
        .trimEnd()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ record_kind }) => record_kind !== undefined)
        .map(({ run_id, case_id, kind, record_id, field }) =>
          [`run ${String(run_id)}: case ${String(case_id)}`, kind, record_id, field]
            .filter((part): part is string | number => part != null)
            .join(' '),
        ),
  };
}

describe('changes', () => {
  test('does not list what the first read of a list finds', async () => {
    const { one, events } = start();
    one.run();
    one.read(1, 'documents', [doc(21)]);
    one.read(1, 'dockets', [docket(entry(1, 'Complaint'))]);
    expect(await events('--since', '1')).toEqual([]);
  });

  test('lists records that were added, changed, gone and came back, by run', async () => {
    const { one, events, text } = start();
    one.read(1, 'documents', [doc(21), doc(22)]);
    one.read(1, 'dockets', [docket(entry(1, 'Complaint'))]);
    one.read(1, 'resources', [book]);
    one.run();
    one.read(1, 'documents', [doc(21, { title: 'Amended complaint' }), doc(23)]);
    one.read(1, 'dockets', [docket(entry(1, 'COMPLAINT'), entry(2, 'Answer'))]);
    one.read(1, 'resources', [{ ...book, abstract: 'Long.' }]);
    one.run();
    one.read(1, 'documents', [doc(21, { title: 'Amended complaint' }), doc(23)]);
    one.run();
    one.read(1, 'documents', [doc(21, { title: 'Amended complaint' }), doc(22), doc(23)]);
    expect(await events('--since', '1')).toEqual([
      'run 2: case 1 document changed 21 title',
      'run 2: case 1 document added 23',
      'run 2: case 1 docket entry changed 1 description',
      'run 2: case 1 docket entry added 2',
      'run 2: case 1 resource changed abstract',
      'run 3: case 1 document removed 22',
      'run 4: case 1 document returned 22',
    ]);
    const words = await text('--since', '1');
    expect(words).toContain('document added: (23, Complaint, 2024-01-02) Complaint');
    expect(words).toContain(
      'document (21, Complaint, 2024-01-02) Amended complaint: title changed from Complaint to Amended complaint',
    );
    expect(words).toContain('entry of a further docket added: (id 2, no. 2) Answer');
    expect(words).toContain('document gone: (22, Complaint, 2024-01-02) Complaint');
    expect(words).toContain('(1 in linked lists only)');
    expect(await text('--since', '1', '--markdown')).toContain(
      '- document gone: (22, Complaint, 2024-01-02)',
    );
  });

  test('names a document under each case that has it', async () => {
    const { one, events } = start();
    one.read(1, 'documents', []);
    one.read(2, 'documents', []);
    one.run();
    one.read(1, 'documents', [doc(21)]);
    one.read(2, 'documents', [doc(21)]);
    expect(await events()).toEqual(['run 2: case 1 document added 21', 'run 2: case 2 document added 21']);
  });

  test('says that a document was hidden or is shown, and nothing of what it was meanwhile', async () => {
    const { one, events, text } = start();
    one.read(1, 'documents', [doc(21, { title: 'Open one' }), doc(22, { title: 'Open two' })]);
    one.run();
    one.read(1, 'documents', [
      doc(21, { title: 'Sealed one', document_status: 'Deleted' }),
      doc(22, { title: 'Sealed two', document_status: 'Deleted' }),
    ]);
    one.run();
    one.read(1, 'documents', [
      doc(21, { title: 'Sealed three', document_status: 'Deleted' }),
      doc(22, { title: 'Sealed four', document_status: 'Deleted' }),
    ]);
    one.run();
    one.read(1, 'documents', [
      doc(21, { title: 'Sealed three', document_status: 'Deleted' }),
      doc(22, { title: 'Open again' }),
    ]);
    one.run();
    one.read(1, 'documents', [
      doc(21, { title: 'Sealed three', document_status: 'Deleted' }),
      doc(22, { title: 'Open still' }),
    ]);
    expect(await events('--since', '1')).toEqual([
      'run 2: case 1 document hidden 21',
      'run 2: case 1 document hidden 22',
      'run 4: case 1 document shown 22',
      'run 5: case 1 document changed 22 title',
    ]);
    for (const output of [await text('--since', '1'), await text('--since', '1', '--format', 'csv')]) {
      expect(output).toContain('Open still');
      expect(output).not.toContain('Sealed');
      expect(output).not.toContain('Open one');
    }
  });

  test('names a redacted document by its id alone', async () => {
    const { one, events, text } = start();
    one.read(1, 'documents', []);
    one.run();
    one.read(1, 'documents', [doc(21, { title: 'Withdrawn' })]);
    const runId = one.run();
    one.mirror.sqlite.transaction(() => {
      deleteDocument(one.mirror, 21, { runId, at: new Date('2030-01-09T00:00:00Z') });
    })();
    expect(await events('--since', '1')).toEqual([
      'run 2: case 1 document added 21',
      'run 3: case 1 document redacted 21',
    ]);
    expect(await text('--since', '1')).not.toContain('Withdrawn');
  });

  test('takes a kind of record, or one of its fields, as the field', async () => {
    const { one, events } = start();
    one.read(1, 'documents', [doc(21)]);
    one.run();
    one.read(1, 'documents', [doc(21, { title: 'Amended', ecf_number: '9' }), doc(22)]);
    expect(await events('--field', 'documents.title')).toEqual(['run 2: case 1 document changed 21 title']);
    expect(await events('--field', 'documents')).toHaveLength(3);
    expect(await events('--field', 'resources', '--since', '1')).toEqual([]);
  });

  test('of the newest run that found anything are those of a linked pass too', async () => {
    const { one, events } = start();
    one.read(1, 'documents', []);
    one.run();
    one.read(1, 'documents', [doc(21)]);
    one.run();
    expect(await events()).toEqual(['run 2: case 1 document added 21']);
  });
});
