import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openMirror } from '../../src/db/open-mirror.ts';
import { runCli } from '../support/command-line.ts';
import { openLinkedMirror } from '../support/linked-mirror.ts';
import { makeDocument } from '../support/linked-rows.ts';
import { writeEmptyMirror } from '../support/once/empty-mirror.ts';
import { startSite } from '../support/site.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function show(...flags: string[]): Promise<string> {
  const path = join(tempFolder(), 'mirror.db');
  writeEmptyMirror(path);
  const mirror = openMirror(path);
  const one = openLinkedMirror([1], mirror);
  one.read(1, 'documents', [
    makeDocument({ id: 21 }),
    makeDocument({ id: 22, title: 'Not to be shown', document_status: 'Deleted' }),
  ]);
  one.read(1, 'dockets', [
    { id: 7001 },
    { id: 31, docket_number_manual: '5:20-cv-9', docket_entries: [{ id: 1 }] },
  ]);
  mirror.close();
  const { exitCode, stdout } = await runCli(['case', '1', '--database', path, ...flags]);
  expect(exitCode).toBe(0);
  return stdout;
}

test('case shows documents, further dockets and resources, or says that a list has not been read yet', async () => {
  const text = (await show()).replaceAll(/\s+/g, ' ');
  expect(text).toContain(
    'documents 2, read 2030-01-01 04:00; dockets 2, read 2030-01-01 04:00; resources not read yet',
  );
  expect(text).toContain('2024-01-02, Complaint, Complaint (document 21)');
  expect(text).toContain('5:20-cv-9, 1 entry');
  expect(text).toContain('1 record not for the public, left out');
  expect(text).not.toContain('Not to be shown');
});

test('case --json has the records of each list, null for a list that has not been read, and only a count of hidden records', async () => {
  const { linked } = JSON.parse(await show('--json')) as { linked: Record<string, unknown> };
  expect(linked).toMatchObject({
    documents: { state: 'some', read_run_id: 1, hidden: 1, records: [makeDocument({ id: 21 })] },
    dockets: {
      state: 'some',
      records: [{ id: 31, docket_number_manual: '5:20-cv-9', docket_entries: [{ id: 1 }] }],
    },
    resources: { state: 'not read yet', records: null },
  });
  expect(JSON.stringify(linked)).not.toContain('Not to be shown');
});

test('a list that nobody will read says so: the case left the site before, or was redacted', async () => {
  const path = join(tempFolder(), 'mirror.db');
  writeEmptyMirror(path);
  const one = openLinkedMirror([1, 2], openMirror(path));
  one.read(1, 'documents', [makeDocument({ id: 21 })]);
  one.run();
  one.mirror.sqlite.exec(`UPDATE cases SET mirror_departed_run_id = 2;
    UPDATE cases SET mirror_redacted_run_id = 2 WHERE id = 2`);
  one.mirror.close();
  const statesOf = async (...args: string[]) => {
    const { stdout } = await runCli(['case', ...args, '--json', '--database', path]);
    const { linked } = JSON.parse(stdout) as { linked: Record<string, { state: string; records: unknown }> };
    return Object.values(linked).map(({ state, records }) => [state, records === null]);
  };
  expect(await statesOf('1')).toEqual([
    ['some', false],
    ['never read', true],
    ['never read', true],
  ]);
  expect(await statesOf('2')).toEqual(Array(3).fill(['removed', true]));
  const text = (await runCli(['case', '1', '--database', path])).stdout.replaceAll(/\s+/g, ' ');
  expect(text).toMatch(/documents 1, read [^;]*; dockets never read; resources never read/);
  const site = await startSite(path);
  expect((await site.get('/cases/1')).body).toContain('Never read: the case left the site before.');
  expect((await site.get('/cases/1/history')).body.replaceAll(/\s+/g, ' ')).toContain('dockets never read');
});

test('activity lists an added complaint, but no records of a first read and no hidden documents', async () => {
  const path = join(tempFolder(), 'mirror.db');
  writeEmptyMirror(path);
  const mirror = openMirror(path);
  const one = openLinkedMirror([1], mirror);
  one.read(1, 'documents', [makeDocument({ id: 21 })]);
  one.run();
  one.read(1, 'documents', [
    makeDocument({ id: 21 }),
    makeDocument({ id: 22, title: 'First amended' }),
    makeDocument({ id: 23, title: 'Not to be shown', document_status: 'Deleted' }),
  ]);
  one.read(1, 'resources', [{ title: 'Of a first read', status: 'Approved' }]);
  mirror.close();
  const { stdout } = await runCli(['activity', '--database', path]);
  expect(stdout).toContain('Complaint was added: First amended, 2024-01-02 (document 22)');
  expect(stdout).toContain('In all: 1 new record in 1 case.');
  const json = await runCli(['activity', '--json', '--database', path]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    run_id: 2,
    record_kind: 'document',
    record_key: 22,
    document_type: 'Complaint',
    title: 'First amended',
  });
});

describe('linked lists in the past', () => {
  function start() {
    const path = join(tempFolder(), 'mirror.db');
    const one = openLinkedMirror([1], openMirror(path));
    one.run();
    one.read(1, 'documents', [makeDocument({ id: 21, title: 'First title' }), makeDocument({ id: 22 })]);
    one.read(1, 'dockets', [{ id: 31, docket_entries: [{ id: 1, description: 'Answer' }] }]);
    one.run();
    one.read(1, 'documents', [
      makeDocument({ id: 21, title: 'Second title' }),
      makeDocument({ id: 22, title: 'Sealed', document_status: 'Deleted' }),
      makeDocument({ id: 23, title: 'Late' }),
    ]);
    one.read(1, 'dockets', [
      {
        id: 31,
        docket_entries: [
          { id: 1, description: 'ANSWER' },
          { id: 2, description: 'Reply' },
        ],
      },
    ]);
    one.mirror.close();
    return async (...flags: string[]): Promise<string> => {
      const { exitCode, stdout } = await runCli(['case', '1', '--database', path, ...flags]);
      expect(exitCode).toBe(0);
      return stdout;
    };
  }

  test('case --as-of has the records of that time, and never a record that is hidden now', async () => {
    const show = start();
    const linkedOf = async (run: string) =>
      (JSON.parse(await show('--json', '--as-of', run)) as { linked: Record<string, unknown> }).linked;
    expect(await linkedOf('2')).toMatchObject({
      documents: { state: 'some', read_run_id: 2, hidden: 1, records: [{ id: 21, title: 'First title' }] },
      dockets: { state: 'some', records: [{ docket_entries: [{ id: 1, description: 'Answer' }] }] },
      resources: { state: 'not read yet', records: null },
    });
    expect(await linkedOf('3')).toMatchObject({
      documents: { hidden: 1, records: [{ id: 23 }, { id: 21, title: 'Second title' }] },
      dockets: { records: [{ docket_entries: [{ description: 'ANSWER' }, { description: 'Reply' }] }] },
    });
    expect(await linkedOf('1')).toMatchObject({ documents: { state: 'not read yet', records: null } });
    expect((await show('--as-of', '1')).replaceAll(/\s+/g, ' ')).toContain('documents not read yet');
  });

  test('case --history shows the changes run by run, and when each list was first read', async () => {
    const show = start();
    const text = (await show('--history')).replaceAll(/\s+/g, ' ');
    expect(text).toContain('resources not read yet');
    expect(text).toContain('documents: first read after run 2');
    expect(text).toContain('title changed from First title to Second title');
    expect(text).toContain('document no longer for the public: (22)');
    expect(text).not.toContain('Sealed');
    const lines = (await show('--history', '--json')).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual([
      'appeared',
      'document changed',
      'document hidden',
      'document added',
      'docket entry changed',
      'docket entry added',
    ]);
  });
});
