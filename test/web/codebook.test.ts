import { expect, test } from '@jest/globals';
import { openMirror } from '../../src/db/open-mirror.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { readElements } from '../support/read-html.ts';
import { startSite } from '../support/site.ts';

test('the page of a clean view says what each column means, how often it is missing and which values it has now', async () => {
  const path = await makeFullMirror();
  const site = await startSite(path);
  const words = async (view: string): Promise<string> =>
    readElements((await site.get(`/schema/${view}`)).body)
      .find(({ name }) => name === 'main')
      ?.text.replace(/\s+/g, ' ') ?? '';
  const write = (sql: string): number => {
    const mirror = openMirror(path);
    try {
      mirror.sqlite.exec(sql);
      return mirror.sqlite.prepare<[], number>('SELECT count(*) FROM clean_cases').pluck().get() ?? 0;
    } finally {
      mirror.close();
    }
  };
  const rows = write(`UPDATE cases SET state = 'Borealia'; UPDATE cases SET prevailing_party = NULL`);
  const cases = await words('clean_cases');
  expect(cases).toContain(`${rows} rows, counted for this page.`);
  expect(cases).toContain(`stateThe state.0.0 %Borealia (${rows})`);
  expect(cases).toContain('prevailing_partyWho prevailed.100.0 %');
  expect(cases).toMatch(/filing_dateThe day on which the case was filed\.[\d.]+ %\d{4}-\d\d-\d\d/);
  write(`UPDATE cases SET state = 'Austrinia' WHERE id = (SELECT min(id) FROM clean_cases)`);
  expect(await words('clean_cases')).toContain(`Borealia (${rows - 1}), Austrinia (1)`);
  expect(await words('clean_issues')).toMatch(
    /Issues of the case\. Empty means that nothing was entered yet, not that there is none\..*\(\d+\)/,
  );
  expect(await words('clean_documents')).toContain('The kind of the document.');
  expect(await words('sync_runs')).not.toContain('counted for this page');
});
