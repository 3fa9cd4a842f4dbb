import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openMirror } from '../../src/db/open-mirror.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { readElements } from '../support/read-html.ts';
import { startSite } from '../support/site.ts';
import { openLinkedMirror } from '../support/linked-mirror.ts';
import { tempFolder } from '../support/temp-folder.ts';

const words = (body: string): string =>
  readElements(body)
    .find(({ name }) => name === 'main')
    ?.text.replace(/\s+/g, ' ') ?? '';

describe('the page of a case', () => {
  test('has its facts with links to cases that share them, its people, docket, history and citation', async () => {
    const site = await startSite(await makeFullMirror());
    const { body } = await site.get('/cases/6');
    const text = words(body);
    for (const part of [
      'Case 6 · Docket 4:19-cv-00123',
      'Lamp keepers v. county',
      'Keepers of the lamp sued & won.',
      '1 defendant',
      'Office of Lamps',
      'Docket: 2 entries',
      'COMPLAINT against Thimble County, filed by A. Alder.',
      'History in this mirror',
      'The case came into the mirror.',
      'What these fields mean',
      'Birch v. Thimble County (case 90002 is not in the mirror)',
      'Alder v. Thimble County, No. 4:19-cv-00123 (District of North Borealia filed Mar. 14, 2019), Civil Rights Litigation Clearinghouse, https://clearinghouse.net/case/6 (data of',
    ])
      expect(text).toContain(part);
    expect(body).toContain('href="/cases?issue=Lamps%3A+brightness"');
    expect(body).toContain('<p>The county <em>appealed</em>.</p>');
  });

  test('shows its history with the values before and after', async () => {
    const site = await startSite(await makeFullMirror());
    const { body } = await site.get('/cases/3/history');
    expect(body).toContain('<del>Yes</del>');
    expect(body).toContain('<ins>No</ins>');
    expect(words(body)).toMatch(/run 4.*run 2.*run 1/);
    const entries = words((await site.get('/cases/2/history')).body);
    expect(entries).toContain('1 edited docket entry');
    expect(entries).toContain('removed docket entr');
  });

  test('shows the case as it was, and says so', async () => {
    const site = await startSite(await makeFullMirror());
    const then = words((await site.get('/cases/3?as-of=1')).body);
    expect(then).toContain('As of run 1, which ended at');
    expect(then).toMatch(/Ongoing Yes/);
    expect(words((await site.get('/cases/3')).body)).toMatch(/Ongoing Unknown/);
    expect(words((await site.get('/cases/2?as-of=2')).body)).toContain('Docket then: 3 entries');
    expect(words((await site.get(`/cases/3?as-of=${encodeURIComponent('run 2')}`)).body)).toMatch(
      /Ongoing No/,
    );
  });

  test('marks docket entries that came after the case, with their run', async () => {
    const site = await startSite(await makeFullMirror());
    expect(words((await site.get('/cases/2/docket')).body)).toContain('New in run 4');
    expect(words((await site.get('/cases/6/docket')).body)).not.toContain('New in run');
  });

  test('says first that a case departed or was redacted', async () => {
    const site = await startSite(await makeFullMirror());
    expect(words((await site.get('/cases/8')).body)).toContain('Departed: run 4 found it gone from the site');
    const redacted = words((await site.get('/cases/9')).body);
    expect(redacted).toContain('Redacted by run 5');
    expect(redacted).toContain('(removed)');
    expect(redacted).not.toMatch(/Soon gone|Not read yet|not read yet|as the API sent it/);
    expect(words((await site.get('/cases/9/history')).body)).toContain('Linked lists: removed.');
  });
});

describe('documents, other dockets and resources', () => {
  test('show their records, or say that there are none or that they have not been read yet', async () => {
    const path = join(tempFolder(), 'mirror.db');
    const linked = openLinkedMirror([1, 2], openMirror(path));
    linked.read(1, 'documents', [
      {
        id: 11,
        title: 'Order on lamps',
        date: '2020-01-02',
        document_type: 'Order',
        file: 'https://files.example/11.pdf',
        document_status: 'Approved',
      },
      {
        id: 12,
        title: 'Complaint <b>',
        date: '2021-03-04',
        external_url: 'javascript:alert(1)',
        document_status: 'Approved',
      },
      {
        id: 13,
        title: 'Secret memo',
        file: 'https://files.example/nonpublic/13.pdf',
        document_status: 'Deleted',
      },
    ]);
    linked.read(1, 'resources', []);
    linked.mirror.close();
    const site = await startSite(path);
    const { body } = await site.get('/cases/1');
    const text = words(body);
    expect(text).toMatch(
      /Documents 2 documents \(read 2030-01-01 04:00 UTC\), and 1 that is not for the public\./,
    );
    expect(text).toMatch(/Complaint <b>\s?2021-03-04.*Order on lamps\s?2020-01-02\s?Order/);
    expect(text).toMatch(/Other dockets Not read yet\./);
    expect(text).toMatch(/Resources None \(read 2030-01-01 04:00 UTC\)\./);
    expect(body).toContain('href="https://files.example/11.pdf"');
    expect(body).not.toMatch(/Secret memo|nonpublic|javascript:/);
    expect(words((await site.get('/cases/2')).body)).toMatch(/Documents Not read yet\./);
  });
});

describe('the docket', () => {
  test.each([
    ['words=COMPLAINT', 2],
    ['words=complaint', 2],
    ['words=order', 0],
    ['words=%25', 0],
    ['words=_', 0],
    ["words='", 0],
    ['entered=2019', 2],
    ['entered=2020..', 0],
    ['words=county&entered=..2019', 2],
  ])('with %s has %i entries on its page and in its files', async (filter, count) => {
    const site = await startSite(await makeFullMirror());
    const page = words((await site.get(`/cases/6/docket?${filter}`)).body);
    expect(page).toMatch(new RegExp(`${count} docket entr(y|ies) with these filters`));
    expect(JSON.parse((await site.get(`/cases/6/docket.json?${filter}`)).body)).toHaveLength(count);
  });
});

describe('the overview', () => {
  test('says how recent and complete the mirror is, and what the last run found', async () => {
    const site = await startSite(await makeFullMirror());
    const { body } = await site.get('/');
    expect(/<footer>[^]*/.exec(body)?.[0]).toContain('they come from http://127.0.0.1:');
    const text = words(body);
    for (const part of [
      'Up to date as of 2030-01-18',
      'Coverage: the site has',
      '1 departure',
      'Found by run 4',
    ])
      expect(text).toContain(part);
  });
});

describe('changes', () => {
  test('come from the newest run that found any, or from the runs that the address names', async () => {
    const site = await startSite(await makeFullMirror());
    expect(words((await site.get('/changes')).body)).toMatch(/Found by run 4 .*Changes/);
    const all = words((await site.get('/changes?since=2&until=4&field=case_ongoing')).body);
    expect(all).toMatch(/Found by runs 2 to 4.*case_ongoing Yes No/);
    const csv = (await site.get('/changes.csv?since=2&until=4&field=case_ongoing')).body
      .trimEnd()
      .split('\n');
    expect(csv).toHaveLength(3);
  });
});
