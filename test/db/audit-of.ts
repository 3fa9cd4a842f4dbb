import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { startHarness } from '../support/sync-harness.ts';
import { LINKED_KINDS } from '../../src/api/linked-fields.ts';
import { prepareWriteRead } from '../../src/db/linked/write-read.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { type JsonObject, isJsonObject } from '../../src/lib/json.ts';
import { toRead } from '../support/linked-mirror.ts';
import { type Lists, soundCase, soundDocument, type Variant } from './sound-case.ts';

/** A mirror of one case for each variant, and the variants (by their keys) that a view lists, with its other columns. */
export async function auditOf(view: string, variants: Readonly<Record<string, Variant>>) {
  const keys = Object.keys(variants);
  const cases = Object.values(variants).map(([fields, docket], at) => soundCase(at + 1, fields, docket));
  const harness = await startHarness({ source: recordedCases(cases) });
  await harness.sync();
  const lists = Object.values(variants).map(([, , own = {}], at) => toLists(at + 1, cases[at] ?? {}, own));
  storeLists(harness.database, lists);
  const rows = harness.rows(`SELECT * FROM audit_${view} ORDER BY case_id`);
  return { ...harness, rows, listed: rows.map(({ case_id }) => keys[Number(case_id) - 1]) };
}

/** The lists of a sound case: a complaint, and the copy of its main docket. */
function toLists(id: number, { main_docket: docket }: JsonObject, own: Lists): Lists {
  const copy = isJsonObject(docket) ? [docket] : [];
  return { documents: [soundDocument(1000 + id)], dockets: copy, resources: [], ...own };
}

function storeLists(path: string, lists: readonly Lists[]): void {
  const mirror = openMirror(path);
  const writeRead = prepareWriteRead(mirror);
  const context = { runId: 1, at: new Date('2030-01-01T04:00:00Z'), passId: null };
  const insertText = mirror.sqlite.prepare(
    `INSERT INTO document_texts (document_id, outcome, attempted_at, failures) VALUES (?, ?, '2030-01-01', 0)`,
  );
  for (const [at, { texts = {}, ...own }] of lists.entries()) {
    for (const kind of LINKED_KINDS) {
      const records = own[kind];
      if (records == null) continue;
      writeRead(toRead(at + 1, kind, records.map((one) => JSON.stringify(one)).join(',')), context);
    }
    for (const [id, outcome] of Object.entries(texts)) insertText.run(Number(id), outcome);
  }
  mirror.close();
}

/** What a view says of each variant of a case; null where it does not list it. All are in one mirror. */
export async function findReasons(view: string, variants: readonly Variant[]): Promise<readonly unknown[]> {
  const { rows } = await auditOf(view, Object.fromEntries(variants.entries()));
  const reasons = new Map(rows.map(({ case_id, why }) => [Number(case_id), why]));
  return variants.map((_, at) => reasons.get(at + 1) ?? null);
}
