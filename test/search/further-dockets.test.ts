import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openMirror } from '../../src/db/open-mirror.ts';
import { runCli } from '../support/command-line.ts';
import { openLinkedMirror } from '../support/linked-mirror.ts';
import { tempFolder } from '../support/temp-folder.ts';

const FURTHER = { id: 31, docket_number_manual: '5:20-cv-00009-ABC', docket_entries: [] };
const BY_PARTS = {
  id: 32,
  docket_number_manual: null,
  docket_office_number: '2',
  docket_year: 2021,
  docket_filing_number: 88,
  docket_case_type: 'cr',
};
const OF_COURT_LISTENER = { id: 33, docket_number_manual: 'Appeal', recap_docket_number: '6:22-cv-00777' };

/** Case 1 has three further dockets, of which one leaves it by run 3. Nobody has read those of case 2. */
function makeMirror() {
  const path = join(tempFolder(), 'mirror.db');
  const one = openLinkedMirror([1, 2], openMirror(path));
  one.run();
  one.read(1, 'dockets', [{ id: 7001 }, FURTHER, BY_PARTS, OF_COURT_LISTENER]);
  for (let run = 0; run < 2; run++) {
    one.run();
    one.read(1, 'dockets', [{ id: 7001 }, FURTHER, OF_COURT_LISTENER]);
  }
  one.mirror.close();
  const search = async (...words: string[]) => {
    const { stdout } = await runCli(['search', ...words, '--format', 'json', '--database', path]);
    return (JSON.parse(stdout) as { case_id: number; found_in: string[] }[]).map(
      ({ case_id, found_in }) => [case_id, found_in] as const,
    );
  };
  return { path, search };
}

test('the number of a further docket is found in every form, by search and by case', async () => {
  const { path, search } = makeMirror();
  for (const form of [
    '5:20-cv-00009-ABC',
    '5:20-cv-9',
    '20 Civ. 9',
    'No. 20-00009',
    '20-CV-9-XYZ',
    '6:22-cv-777',
  ])
    expect([form, await search(form)]).toEqual([form, [[1, ['further_dockets']]]]);
  for (const form of ['4:20-cv-00009', '5:21-cv-00009', '20-90'])
    expect([form, await search(form)]).toEqual([form, []]);
  const shown = await runCli(['case', '20 Civ. 9', '--database', path]);
  expect(shown).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('(case 1)') as unknown });
});

test('the number of a docket that has left the case is found only in the states that had it', async () => {
  const { search } = makeMirror();
  expect(await search('2:21-cr-00088')).toEqual([]);
  expect(await search('2:21-cr-00088', '--as-of', '2')).toEqual([[1, ['further_dockets']]]);
  expect(await search('5:20-cv-9', '--as-of', '1')).toEqual([]);
});
