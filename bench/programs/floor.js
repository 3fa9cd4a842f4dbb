import { loadEngine } from '../../scripts/load-engine.js';
import { fetchPages } from './fetch-pages.js';

/*
 * The least that any program must do to store the collection in SQLite: fetch, parse, and upsert the case as JSON
 * text and each docket entry as a row, with prepared statements and one transaction for each page. It has no lists,
 * no history, no log and no checks.
 */
const [api, token, file] = process.argv.slice(2);
const db = new (loadEngine())(file);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = NORMAL');
const COLUMNS = [
  'row_number',
  'entry_number',
  'date_filed',
  'url',
  'recap_pdf_url',
  'pacer_doc_id',
  'description',
  'attachments',
];
db.exec(`CREATE TABLE IF NOT EXISTS cases (id INTEGER PRIMARY KEY, payload TEXT);
  CREATE TABLE IF NOT EXISTS entries (case_id INTEGER, id INTEGER, ${COLUMNS.join(', ')}, PRIMARY KEY (case_id, id)) WITHOUT ROWID`);
const upsertCase = db.prepare(
  'INSERT INTO cases VALUES (?, ?) ON CONFLICT DO UPDATE SET payload = excluded.payload',
);
const upsertEntry = db.prepare(
  `INSERT INTO entries VALUES (?, ?, ${COLUMNS.map(() => '?').join(', ')})
   ON CONFLICT DO UPDATE SET ${COLUMNS.map((name) => `${name} = excluded.${name}`).join(', ')}`,
);
const writePage = db.transaction((results) => {
  for (const { main_docket: docket, ...rest } of results) {
    const { docket_entries: entries, ...docketRest } = docket ?? {};
    upsertCase.run(rest.id, JSON.stringify({ ...rest, main_docket: docket && docketRest }));
    for (const one of entries ?? []) {
      upsertEntry.run(
        rest.id,
        one.id,
        one.row_number,
        one.entry_number,
        one.date_filed,
        one.url,
        one.recap_pdf_url,
        one.pacer_doc_id,
        one.description,
        JSON.stringify(one.attachments),
      );
    }
  }
});
let cases = 0;
for await (const results of fetchPages(api, token)) {
  writePage(results);
  cases += results.length;
}
db.close();
process.stdout.write(`${cases}\n`);
