import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { listAudits } from '../../src/db/audits.ts';
import { openMirror, openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { countTransitions } from '../../src/history/transitions.ts';
import { prepareWriteText } from '../../src/db/linked/texts.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { openLinkedMirror } from '../support/linked-mirror.ts';
import { listTagFaults, readElements } from '../support/read-html.ts';
import { startSite } from '../support/site.ts';
import { tempFolder } from '../support/temp-folder.ts';

const words = (body: string): string =>
  readElements(body)
    .find(({ name }) => name === 'main')
    ?.text.replace(/\s+/g, ' ') ?? '';

describe('transitions', () => {
  test('are shown as a picture, as numbers and as cases, which agree with each other and with the files', async () => {
    const path = await makeFullMirror();
    const site = await startSite(path);
    const mirror = openMirrorReadOnly(path);
    const counts = countTransitions(mirror, { first: { id: 1 }, last: { id: 99 } } as never);
    mirror.close();
    const moves = counts.filter(({ from_status }) => from_status !== '(new)');
    const total = moves.reduce((sum, one) => sum + one.moves, 0);
    expect(total).toBeGreaterThan(1);
    const { body } = await site.get('/transitions');
    expect(listTagFaults(body)).toEqual([]);
    expect(words(body)).toContain(`${total} moves`);
    expect(readElements(body).filter(({ name }) => name === 'path')).toHaveLength(moves.length);
    const json = JSON.parse((await site.get('/transitions.json')).body) as unknown[];
    expect(json).toHaveLength(total);
  });

  test('link each pair of statuses to its cases', async () => {
    const site = await startSite(await makeFullMirror());
    const links = readElements((await site.get('/transitions')).body).filter(({ attributes }) =>
      attributes.href?.includes('from='),
    );
    expect(links.length).toBeGreaterThan(2);
    for (const { attributes } of links) {
      const { status, body } = await site.get(String(attributes.href));
      expect([attributes.href, status]).toEqual([attributes.href, 200]);
      expect(words(body)).toMatch(/[1-9]\d* moves? from /);
    }
  });
});

describe('audits', () => {
  test('have counts, and the page of each lists the same cases as its files', async () => {
    const site = await startSite(await makeFullMirror());
    const overview = words((await site.get('/audit')).body);
    let withCases = 0;
    for (const { name, shows } of listAudits()) {
      expect(overview).toContain(shows.replaceAll('`', ''));
      const { status, body } = await site.get(`/audit/${name}`);
      expect([name, status]).toEqual([name, 200]);
      const json = JSON.parse((await site.get(`/audit/${name}/cases.json`)).body) as { case_id: number }[];
      expect(words(body)).toContain(`${json.length} case`);
      const [first] = json;
      if (first === undefined) continue;
      withCases++;
      expect(body).toContain(`href="/cases/${first.case_id}"`);
    }
    expect(withCases).toBeGreaterThan(10);
    expect((await site.get('/audit/nothing')).status).toBe(404);
    expect(site.faults).toEqual([]);
  });
});

test('the codebook has a page for each table and view, with its columns', async () => {
  const path = await makeFullMirror();
  const site = await startSite(path);
  const mirror = openMirrorReadOnly(path);
  const names = mirror.sqlite
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE '\\_\\_%' ESCAPE '\\'
        AND name NOT LIKE 'sqlite%' AND name NOT LIKE '%\\_fts\\_%' ESCAPE '\\'`,
    )
    .pluck()
    .all();
  mirror.close();
  const { body } = await site.get('/schema');
  for (const name of names.filter((one) => !one.endsWith('_fts')))
    expect(body).toContain(`href="/schema/${name}"`);
  const page = words((await site.get('/schema/case_documents')).body);
  expect(page).toContain('Which documents each case has and had.');
  expect(page).toMatch(/mirror_to_run_id.*which ends the link/);
  expect((await site.get('/schema/nothing')).status).toBe(404);
});

describe('documents and dockets', () => {
  const LONG = `${'The keepers of the lamp appealed. '.repeat(160_000)}THE END`;

  async function makeSite() {
    const path = join(tempFolder(), 'mirror.db');
    const linked = openLinkedMirror([1, 2], openMirror(path));
    const documents = [
      {
        id: 11,
        title: 'Order on lamps',
        date: '2020-01-02',
        document_type: 'Order/Opinion',
        document_status: 'Approved',
      },
      { id: 12, title: '', document_type: 'Complaint', document_status: 'Approved' },
      {
        id: 13,
        title: 'Secret memo',
        file: 'https://files.example/nonpublic/13.pdf',
        document_status: 'Deleted',
      },
    ];
    linked.read(1, 'documents', documents);
    linked.read(1, 'dockets', [
      {
        id: 501,
        docket_number_manual: '5:20-cv-00007',
        court: 'Court of the Lake',
        docket_entries: [
          {
            id: 9001,
            row_number: 1,
            entry_number: '1',
            date_filed: '2020-02-03',
            description: 'NOTICE of lamps',
          },
        ],
      },
    ]);
    linked.run();
    linked.read(1, 'documents', [
      ...documents,
      { id: 14, title: 'Late brief', document_type: 'Pleading', document_status: 'Approved' },
    ]);
    const write = prepareWriteText(linked.mirror);
    for (const documentId of [11, 13])
      write({
        document: { documentId, fingerprint: 'x' },
        result: { answer: { outcome: 'text', text: LONG, raw: null, drift: [] } },
        at: new Date(Date.UTC(2030, 0, 15)),
      });
    const addFile = linked.mirror.sqlite.prepare(
      `INSERT INTO document_files (document_id, outcome, hash, bytes, attempted_at, failures) VALUES (?, ?, ?, ?, '2030-01-15', 0)`,
    );
    addFile.run(11, 'file', 'ab'.repeat(32), 123_456);
    addFile.run(12, 'not_a_pdf', null, null);
    addFile.run(13, 'file', 'cd'.repeat(32), 7);
    linked.mirror.close();
    return startSite(path);
  }

  test('say whether their file is stored, how large it is and where, and nothing of the file of a hidden one', async () => {
    const site = await makeSite();
    const hash = 'ab'.repeat(32);
    expect(words((await site.get('/cases/1/documents')).body)).toContain('held, 123.5 kB');
    const page = words((await site.get('/documents/11')).body);
    expect(page).toContain(
      `Stored, 123.5 kB: mirror.db.files/ab/${hash}.pdf beside the mirror. SHA-256 ${hash}.`,
    );
    expect(words((await site.get('/documents/12')).body)).toContain('What the host sent is not a PDF');
    expect(words((await site.get('/documents/14')).body)).toContain(
      'Not fetched. clearinghouse-mirror fetch-files',
    );
    for (const path of ['/cases/1/documents?type=complaint', '/cases/1/documents.csv?type=complaint']) {
      const { status, body } = await site.get(path);
      expect([status, body]).toEqual([
        400,
        expect.stringMatching(/Did you mean.*Complaint.*The types here are/),
      ]);
    }
    const csv = (await site.get('/cases/1/documents.csv')).body;
    expect([csv.includes(hash), csv.includes('cdcd')]).toEqual([true, false]);
  });

  test('of a case are listed with type, date and link; new ones are marked, and hidden ones are never shown', async () => {
    const site = await makeSite();
    const onCase = words((await site.get('/cases/1')).body);
    expect(onCase).toMatch(/Documents 3 documents .*and 1 that is not for the public/);
    expect(onCase).toContain('Late brief New in run 2');
    expect(onCase).not.toContain('Order on lamps New in');
    const { body } = await site.get('/cases/1/documents?type=Order%2FOpinion');
    expect(words(body)).toMatch(/1 document of this type.*Order on lamps ?2020-01-02 ?Order\/Opinion/);
    const json = JSON.parse((await site.get('/cases/1/documents.json')).body) as { id: number }[];
    expect(json.map(({ id }) => id).sort()).toEqual([11, 12, 14]);
    for (const path of ['/cases/1', '/cases/1/documents', '/cases/1/documents.csv', '/search?q=memo'])
      expect([path, (await site.get(path)).body]).toEqual([
        path,
        expect.not.stringMatching(/Secret memo|nonpublic/),
      ]);
    const hidden = await site.get('/documents/13');
    const missing = await site.get('/documents/99');
    expect([hidden.status, missing.status]).toEqual([404, 404]);
    expect(hidden.body.replaceAll('13', '99')).toBe(missing.body);
  });

  test('have their full text in pages of less than 200 kB', async () => {
    const site = await makeSite();
    const first = await site.get('/documents/11');
    expect(words(first.body)).toContain('As the API has it, 5,440,007 characters');
    expect(first.body.length).toBeLessThan(200_000);
    const pages = Math.ceil(LONG.length / 60_000);
    const last = (await site.get(`/documents/11?page=${pages}`)).body;
    expect(words(last)).toContain('THE END This is the end of the text.');
    expect(words((await site.get('/documents/12')).body)).toContain('Not fetched yet.');
  });

  test('have separate pages; the page of a docket shows its entries and files', async () => {
    const site = await makeSite();
    expect((await site.get('/cases/1')).body).toContain('href="/dockets/501"');
    const page = words((await site.get('/dockets/501?words=notice')).body);
    expect(page).toMatch(
      /Docket 5:20-cv-00007 .*Court of the Lake.*1 docket entry with these filters.*NOTICE of lamps/,
    );
    expect(JSON.parse((await site.get('/dockets/501/entries.json')).body)).toHaveLength(1);
    expect((await site.get('/dockets/77')).status).toBe(404);
  });
});
