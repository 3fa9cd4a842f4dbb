import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DEMO_QUESTIONS } from '../../src/cli/commands/demo.ts';
import { API_LISTS } from '../../src/api/lists.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { openMirror } from '../../src/db/open-mirror.ts';
import { query } from '../../src/db/query.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase, makeDocket, makeEntry, type MadeCase } from '../support/make-case.ts';
import { insertDocument, makeDocument } from '../support/linked-rows.ts';
import { startHarness } from '../support/sync-harness.ts';

/* Each question of docs/history.md and of the demo, answered by SQL and, from the payloads of three days, without it. */

const HISTORY = readFileSync(new URL('../../docs/history.md', import.meta.url), 'utf8');
const QUESTIONS = [...HISTORY.matchAll(/```sql\n([^]*?)```/g)].map(([, sql = '']) => sql);

const UNLABELED = { case_ongoing: null, case_status: 'In Process (Public)' };
type Entry = readonly [id: number, day: string, words: string];
const docketOf = (...entries: Entry[]): JsonObject =>
  makeDocket({
    docket_entries: entries.map(([id, day, description]) =>
      makeEntry({ id, description, date_filed: `${day}T00:00:00-04:00`, entry_number: String(id) }),
    ),
  });
const caseOf = (id: number, fields: JsonObject, ...entries: Entry[]): MadeCase =>
  makeCase({ id, name: `Case ${id}`, ...fields, main_docket: docketOf(...entries) });

const OLD: Entry = [1, '2030-01-01', 'COMPLAINT'];
/** The site on three days. Case 4 gets an entry and leaves; 5 comes with its entries; an entry of 6 is edited; 7 stays. */
const DAYS: readonly (readonly MadeCase[])[] = [
  [
    caseOf(1, { case_ongoing: 'Yes', case_types: ['Jail', 'Jail'] }, OLD),
    caseOf(2, { ...UNLABELED, case_types: ['Jail'] }, OLD),
    caseOf(3, { case_ongoing: 'Yes', case_types: ['Prison'] }, OLD),
    caseOf(4, { case_ongoing: 'No', case_types: ['Jail'] }, OLD),
    caseOf(6, { case_ongoing: 'Yes', case_types: [] }, OLD, [2, '2030-01-01', 'ORDER']),
    caseOf(7, { case_ongoing: 'Unknown', case_types: ['Prison'] }),
  ],
  [
    caseOf(1, { case_ongoing: 'No', case_types: ['Jail', 'Jail'] }, OLD, [3, '2030-01-02', 'ANSWER']),
    caseOf(2, { case_ongoing: 'Yes', case_types: ['Jail'] }, OLD),
    caseOf(3, { case_ongoing: 'Yes', case_types: ['Prison'], court: 'Another' }, OLD),
    caseOf(4, { case_ongoing: 'No', case_types: ['Jail'] }, OLD, [3, '2030-01-03', 'MOTION to leave']),
    caseOf(5, { case_ongoing: 'Yes', case_types: ['Jail'] }, OLD),
    caseOf(6, { case_ongoing: 'Yes', case_types: [] }, OLD, [2, '2030-01-01', 'ORDER, amended']),
    caseOf(7, { case_ongoing: 'Unknown', case_types: ['Prison'] }),
  ],
  [
    caseOf(1, { case_ongoing: 'Yes', case_types: ['Jail', 'Jail'] }, OLD, [3, '2030-01-02', 'ANSWER']),
    caseOf(2, { case_ongoing: 'Yes', case_types: ['Jail'] }, OLD, [3, '2030-01-02', 'REPLY']),
    caseOf(3, { case_ongoing: 'No', case_types: ['Prison'], court: 'Another' }, OLD),
    caseOf(5, { case_ongoing: 'Yes', case_types: ['Jail'] }, OLD),
    caseOf(6, { case_ongoing: 'Yes', case_types: [] }, OLD, [2, '2030-01-01', 'ORDER, amended']),
    caseOf(7, { case_ongoing: 'Unknown', case_types: ['Prison'] }),
  ],
];
/** The documents of case 1. One is not for the public. */
const DOCUMENTS = [
  makeDocument({ id: 51, has_text: true }),
  makeDocument({ id: 52, has_text: false }),
  makeDocument({ id: 53, has_text: true, document_type: 'Order/Opinion' }),
  makeDocument({ id: 54, has_text: true, document_status: 'Deleted' }),
];
const LAST = DAYS.length;
const on = (day: number, id: number): MadeCase | undefined => DAYS[day - 1]?.find((one) => one.id === id);
const IDS = [1, 2, 3, 4, 5, 6, 7];
const statusOf = ({ case_ongoing }: MadeCase): string => (case_ongoing as string | null) ?? '(none)';
const entriesOf = (one: MadeCase | undefined): JsonObject[] =>
  ((one?.main_docket as JsonObject | undefined)?.docket_entries ?? []) as JsonObject[];
const present = DAYS.at(-1) ?? [];

interface Change {
  readonly day: number;
  readonly id: number;
  readonly kind: string;
  readonly field: string | null;
}

/** What differs between the days, told from the payloads. */
const CHANGES: readonly Change[] = IDS.flatMap((id) =>
  [1, 2, 3].flatMap((day): Change[] => {
    const [before, after] = [on(day - 1, id), on(day, id)];
    const tell = (kind: string, field: string | null = null): Change => ({ day, id, kind, field });
    if (before === undefined && after === undefined) return [];
    if (before === undefined) return [tell('appeared')];
    if (after === undefined) return [tell('departed')];
    const fields = Object.keys(after).filter(
      (field) => field !== 'main_docket' && JSON.stringify(before[field]) !== JSON.stringify(after[field]),
    );
    const entries = entriesOf(after).flatMap((entry) => {
      const old = entriesOf(before).find((one) => one.id === entry.id);
      if (old === undefined) return [tell('entry added')];
      return JSON.stringify(old) === JSON.stringify(entry) ? [] : [tell('entry edited')];
    });
    return [...fields.map((field) => tell('changed', field)), ...entries];
  }),
);

type Row = readonly unknown[];

/** A text or a number as text, and nothing of anything else. */
const toText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
const count = (rows: readonly Row[]): Row[] => {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(JSON.stringify(row), (counts.get(JSON.stringify(row)) ?? 0) + 1);
  return [...counts].map(([key, times]) => [...(JSON.parse(key) as unknown[]), times]);
};
/** Sorts by the texts that a row is turned into. */
const sort = (rows: readonly Row[], ...keys: ((row: Row) => string)[]): Row[] =>
  [...rows].sort((a, b) => {
    const key = keys.find((one) => one(a) !== one(b));
    return key === undefined ? 0 : key(a) < key(b) ? -1 : 1;
  });
const text =
  (at: number) =>
  (row: Row): string =>
    toText(row[at]);
const down =
  (at: number) =>
  (row: Row): string =>
    String(1e6 - Number(row[at]));

const timeOf = (day: number, clock: string): number => Date.parse(`2030-01-0${day}T${clock}:00.000Z`);
/** The lists of a case, with the day of each; the one that goes on ends with the last run, or with its departure. */
const staysOf = (id: number): { status: string; days: number }[] => {
  const days = [1, 2, 3].filter((day) => on(day, id) !== undefined);
  const begins = days.filter((day, at) => {
    const [one, before] = [on(day, id), on(days[at - 1] ?? 0, id)];
    return one !== undefined && (before === undefined || statusOf(one) !== statusOf(before));
  });
  return begins.map((day, at) => {
    const next = begins[at + 1];
    const from = at === 0 ? timeOf(day, '03:17') : timeOf(day, '03:30');
    const to = next === undefined ? timeOf(LAST, '03:17') : timeOf(next, '03:30');
    const one = on(day, id);
    return { status: one === undefined ? '' : statusOf(one), days: Math.round((to - from) / 8_640_000) / 10 };
  });
};

const moves = IDS.flatMap((id) =>
  [2, 3].flatMap((day): [string, string, number][] => {
    const [before, after] = [on(day - 1, id), on(day, id)];
    if (before === undefined || after === undefined || statusOf(before) === statusOf(after)) return [];
    return [[statusOf(before), statusOf(after), id]];
  }),
);
const ongoing = new Set(['Yes', 'No', 'Unknown', 'No reason to think so', 'Perhaps, but long-dormant']);

const ANSWERS: readonly (() => readonly Row[])[] = [
  () => sort(count(CHANGES.filter(({ day }) => day === 2).map(({ kind }) => [kind])), down(1), text(0)),
  () =>
    sort(
      count(moves.map(([before, after]) => [before, after])).map(([before, after, times]) => {
        const ids = moves.filter(([from, to]) => from === before && to === after).map(([, , id]) => id);
        return [before, after, times, new Set(ids).size];
      }),
      down(2),
      text(0),
      text(1),
    ),
  () => {
    const stays = IDS.flatMap(staysOf);
    const lists = [...new Set(stays.map(({ status }) => status))];
    const rows = lists.map((status) => {
      const days = stays.filter((one) => one.status === status).map((one) => one.days);
      const mean = days.reduce((sum, one) => sum + one, 0) / days.length;
      return [status, days.length, Math.round(mean * 10) / 10];
    });
    return sort(rows, text(0));
  },
  () => {
    const rows = present.flatMap((one) => {
      const first = [1, 2, 3].find((day) => on(day, one.id) !== undefined) ?? 0;
      const known = entriesOf(on(first, one.id)).map(({ id }) => id);
      return entriesOf(one)
        .filter(({ id }) => !known.includes(id))
        .map((entry) => [one.name, toText(entry.date_filed).slice(0, 10), entry.description]);
    });
    return sort(rows, (row) => String(1e9 - Date.parse(String(row[1])) / 1e5), text(0));
  },
  () =>
    IDS.flatMap((id) =>
      [2, 3].flatMap((day): Row[] => {
        const [before, after] = [on(day - 1, id), on(day, id)];
        if (before === undefined || after === undefined || before.case_ongoing === after.case_ongoing)
          return [];
        return [[id, `2030-01-0${day}T03:30:00.000Z`, before.case_ongoing, after.case_ongoing]];
      }),
    ),
  () => [[4, 'Case 4', 'No', '2030-01-03T03:17:00.000Z']],
  () =>
    [3, 2, 1].map((day) => {
      const all = DAYS[day - 1] ?? [];
      const labeled = all.filter(({ case_ongoing }) => ongoing.has(toText(case_ongoing)));
      return [day, all.length, all.length - labeled.length, 0];
    }),
];

const DEMO_ANSWERS: readonly (() => readonly Row[])[] = [
  () => {
    const types = present.flatMap((one) =>
      [...new Set(one.case_types as string[])].map((type) => [type, one] as const),
    );
    const rows = count(types.map(([type]) => [type])).map(([type, cases]) => [
      type,
      cases,
      types.filter(([one, { case_ongoing }]) => one === type && case_ongoing === 'Yes').length,
    ]);
    return sort(rows, down(1), text(0)).slice(0, 5);
  },
  () => {
    const rows = present
      .filter((one) => entriesOf(one).length > 0)
      .map((one) => [one.id, one.name, one.court, entriesOf(one).length]);
    return sort(rows, down(3), text(0)).slice(0, 5);
  },
  () => {
    const shown = DOCUMENTS.filter(({ document_status }) => document_status !== 'Deleted');
    const rows = count(shown.map(({ document_type }) => [document_type as string])).map(
      ([type, documents]) => [
        type,
        documents,
        shown.filter(({ document_type, has_text }) => document_type === type && has_text === true).length,
      ],
    );
    return sort(rows, down(1), text(0)).slice(0, 5);
  },
  () => {
    const ofDay = CHANGES.filter(({ day }) => day === 2);
    const rows = count(ofDay.map(({ id, kind, field }) => [id, `Case ${id}`, kind, field]));
    return sort(rows, text(2), text(0), text(3)).slice(0, 12);
  },
];

const ASKED = [
  ...QUESTIONS.map((sql, at) => ['docs/history.md', sql, ANSWERS[at]] as const),
  ...DEMO_QUESTIONS.map(({ sql }, at) => ['the demo', sql, DEMO_ANSWERS[at]] as const),
];

describe('the SQL of docs/history.md and of the demo', () => {
  test('has a right answer here for each question', () => {
    expect([QUESTIONS.length, DEMO_QUESTIONS.length]).toEqual([ANSWERS.length, DEMO_ANSWERS.length]);
  });

  test('gives the right answers, in the right order', async () => {
    const toDay = (day: number) => (source: ReturnType<typeof recordedCases>) => {
      for (const id of IDS) {
        const record = on(day, id);
        if (record !== undefined) source.put(record);
        else if (on(day - 1, id) !== undefined) source.remove(id);
      }
    };
    const source = recordedCases([...(DAYS[0] ?? [])]);
    const harness = await startHarness({ source });
    await harness.sync({ lists: API_LISTS });
    for (const day of [2, 3]) {
      toDay(day)(source);
      await harness.sync({ lists: API_LISTS });
    }
    const mirror = openMirror(harness.database);
    mirror.sqlite.exec(`UPDATE sync_runs SET started_at = format('2030-01-%02dT03:17:00.000Z', id);
      UPDATE case_changes SET changed_at = format('2030-01-%02dT03:30:00.000Z', run_id)`);
    for (const document of DOCUMENTS) insertDocument(mirror.sqlite, document, 1);
    mirror.close();
    for (const [where, sql, answer] of ASKED) {
      const rows = harness.read((one) => [...query(one, sql).rows]);
      expect([where, sql, rows]).toEqual([where, sql, answer?.()]);
      expect(rows.length).toBeGreaterThan(0);
    }
  });
});
