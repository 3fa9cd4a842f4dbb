import { expect } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { openSqlite } from '../../src/db/engine.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { type Mirror, openMirror, openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { redactCase } from '../../src/db/redact.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import type { Finding } from '../../src/verify/checks.ts';
import { type Scope, type VerifyReport, verifyMirror } from '../../src/verify/proof.ts';
import { storeLinkedDay } from './linked-rows.ts';
import { makeAttachment, makeCase, makeDocket, makeEntry, without } from './make-case.ts';
import { onceARun } from './once/once-a-run.ts';
import { startHarness } from './sync-harness.ts';
import { proveElsewhere } from './prove-elsewhere.ts';
import { tempFolder } from './temp-folder.ts';

const DAY = 86_400_000;

/** The changes of each case, day by day. */
type Story = Partial<Record<2 | 3 | 4, (record: JsonObject) => JsonObject>>;

const withEntries = (...docket_entries: JsonObject[]) => ({ main_docket: makeDocket({ docket_entries }) });
const [first, second, third] = [1, 2, 3].map((number) =>
  makeEntry({ id: 100 + number, row_number: number, attachments: number === 3 ? [makeAttachment(1)] : null }),
) as [JsonObject, JsonObject, JsonObject];
const edited = { ...first, description: 'AMENDED.' };

const STORIES: Readonly<Record<number, Story>> = {
  // Fields and lists, and a field that disappears and returns.
  1: {
    2: (record) => ({
      ...without(record, 'state'),
      name: '',
      issues: ['Stairs', 'Stairs'],
      related_cases: [],
    }),
    4: (record) => ({ ...record, state: null, issues: ['Fog'], brand_new: { a: [1] }, 'main_docket.x': 1 }),
  },
  // Docket entries that are edited, are removed, and return.
  2: {
    2: (record) => ({ ...record, ...withEntries(edited, second, third) }),
    3: (record) => ({ ...record, ...withEntries({ ...edited, attachments: [makeAttachment(2)] }, third) }),
    4: (record) => ({ ...record, ...withEntries(second, without(third, 'url'), makeEntry({ id: 104 })) }),
  },
  // A change to another status and back.
  3: {
    2: (record) => ({ ...record, case_ongoing: 'No', terminating_date: '2024-01-01' }),
    4: (record) => ({ ...record, case_ongoing: 'Unknown' }),
  },
  // A docket that disappears and returns.
  4: {
    2: (record) => ({ ...record, main_docket: null }),
    3: (record) => ({ ...record, ...withEntries(first) }),
  },
  // A list of entries that is null for a while, and fields of the docket.
  5: {
    2: (record) => ({ ...record, main_docket: makeDocket({ docket_entries: null, court: 'Other' }) }),
    3: (record) => ({ ...record, main_docket: makeDocket({ docket_entries: ['odd'] }) }),
    4: (record) => ({ ...record, ...withEntries() }),
  },
  6: {},
  7: {},
  8: {},
  9: { 2: (record) => ({ ...record, name: 'Soon gone' }) },
  // Texts that SQLite cannot store unchanged, and entries without ids.
  10: {
    3: (record) => ({ ...record, ...withEntries(first, first, without(second, 'id'), { odd: '\ud800' }) }),
    4: (record) => ({
      ...record,
      name: 'a\0b',
      court: '\udc00',
      ...withEntries(first, { odd: 1, url: null }),
    }),
  },
};

/**
 * The bytes of a mirror after four days with everything that can happen to a case: case 7 departed in run 3 and came
 * back, case 8 departed in run 4, and case 9 was redacted in run 5. `others` are served unchanged every day.
 */
export async function buildEventfulMirror(others: readonly JsonObject[] = []): Promise<Buffer> {
  const name = `eventful-mirror-${others.length}`;
  return Buffer.from(await onceARun(name, () => syncEventfulDays(others)));
}

async function syncEventfulDays(others: readonly JsonObject[]): Promise<Buffer> {
  const source = recordedCases([
    ...Object.keys(STORIES).map((id) =>
      makeCase({ id: Number(id), case_ongoing: 'Yes', ...withEntries(first, second) }),
    ),
    ...others,
  ]);
  const { sync, database, runtime } = await startHarness({ source });
  const sleep = () => runtime.sleep(DAY, new AbortController().signal);
  const storeLinked = (day: 1 | 2 | 3 | 4): void => {
    const mirror = openMirror(database);
    storeLinkedDay(mirror, day, runtime.now());
    mirror.close();
  };
  await sync();
  storeLinked(1);
  for (const day of [2, 3, 4] as const) {
    await sleep();
    for (const [id, story] of Object.entries(STORIES)) {
      const change = story[day];
      if (change !== undefined) source.edit(Number(id), change);
    }
    if (day === 3) source.remove(7);
    if (day === 3) source.remove(9);
    if (day === 4) source.remove(8);
    if (day === 4) source.put(makeCase({ id: 7, case_ongoing: 'Yes', name: 'Came back' }));
    if (day === 2) source.put(makeCase({ id: 11, case_ongoing: 'No' }));
    await sync();
    storeLinked(day);
  }
  await sleep();
  const mirror = openMirror(database);
  const start = { startedAt: runtime.now(), version: '0', apiUrl: '', processId: 1 };
  redactCase(mirror, 9, { ...start, trigger: 'redact' }, runtime.now);
  mirror.close();
  return readFileSync(database);
}

/** Writes these bytes to a file and executes `sql` in it, without checks of foreign keys. */
export function writeDamaged(
  bytes: Buffer,
  sql: string,
  finish: (sqlite: Database.Database) => void = () => undefined,
): string {
  const path = join(tempFolder(), 'mirror.db');
  writeFileSync(path, bytes);
  const sqlite = openSqlite(path);
  sqlite.unsafeMode(); // allows changes of the schema, too
  sqlite.pragma('foreign_keys = OFF');
  const before = sqlite.prepare('SELECT total_changes()').pluck().get();
  sqlite.exec(sql);
  const changes = Number(sqlite.prepare('SELECT total_changes()').pluck().get()) - Number(before);
  finish(sqlite);
  sqlite.close();
  if (sql !== '' && changes === 0) throw new Error(`changes nothing: ${sql}`);
  return path;
}

/** SQL that is executed while the columns of a table accept any value, like an overwritten page. */
export function withoutRules(table: string, sql: string): string {
  const setSql = (value: string): string => `
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = ${value} WHERE name = '${table}';
    PRAGMA writable_schema = RESET;`;
  return `CREATE TEMP TABLE rules AS SELECT sql FROM sqlite_schema WHERE name = '${table}';
    ${setSql(`replace(replace(sql, 'NOT NULL', ''), 'STRICT', '')`)}
    ${sql};
    ${setSql('(SELECT sql FROM temp.rules)')}`;
}

type Verified = VerifyReport & { readonly findings: Finding[] };

/**
 * Verifies a file and collects the findings. Fails if the fast check of sound cases, half of them in a second thread,
 * has other findings than the full check.
 */
export function verifyFile(path: string, scope: Scope = { of: 'everything' }): Verified {
  if (scope.of !== 'everything') return verifyInOneWay(path, scope);
  const verified = verifyFast(path);
  expect(verified).toEqual(verifyInOneWay(path, scope, () => ({ isThorough: true })));
  return verified;
}

/** Verifies a file in the fast way and collects the findings. */
export function verifyFast(path: string): Verified {
  return verifyInOneWay(path, { of: 'everything' }, (mirror) => ({ elsewhere: proveElsewhere(mirror) }));
}

function verifyInOneWay(
  path: string,
  scope: Scope,
  toWays?: (mirror: Mirror) => Parameters<typeof verifyMirror>[3],
): Verified {
  const mirror = openMirrorReadOnly(path);
  try {
    const findings: Finding[] = [];
    const steps = verifyMirror(mirror, scope, () => undefined, toWays?.(mirror));
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) return { ...step.value, findings };
      findings.push(step.value);
    }
  } finally {
    mirror.close();
  }
}
