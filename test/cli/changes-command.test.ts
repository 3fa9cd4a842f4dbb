import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/lib/json.ts';
import { takeWriterLock } from '../../src/db/lock.ts';
import { findPeriod } from '../../src/history/period.ts';
import { listAllChanges } from '../../src/cli/text/linked-changes.ts';
import { query } from '../../src/db/query.ts';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase, makeDocket, makeEntry, without } from '../support/make-case.ts';
import { runCli } from '../support/command-line.ts';
import { openEmptyMirror } from '../support/open-empty-mirror.ts';
import { storeDay } from '../history/store-day.ts';
import type { CasePayload } from '../../src/api/payload.ts';
import { departureSql, returnSql, shareDays, startDays } from '../support/days.ts';
import { smallCollection } from '../support/small-collection.ts';

const entriesOf = (record: JsonObject): JsonObject[] =>
  (record.main_docket as JsonObject).docket_entries as JsonObject[];

test('a reader of changes that stops early, such as `head`, leaves no statement open', () => {
  const mirror = openEmptyMirror();
  for (const name of ['Alder v. Thimble County', 'Birch v. Thimble County'])
    storeDay(
      mirror,
      [1, 2, 3].map((id) => makeCase({ id, name }) as CasePayload),
    );
  const period = findPeriod(mirror, { otherwise: 'first run' });
  if (period === null) throw new Error('no run');
  for (const { caseId } of listAllChanges(mirror, { period })) {
    expect(caseId).toBe(1);
    break;
  }
  mirror.close();
});

/** What `changes` prints after one edit of the only case, without the heading and the ending. */
async function describeEdit(
  edit: (record: JsonObject) => JsonObject,
  before: JsonObject = {},
): Promise<string[]> {
  const record = makeCase({ id: 1, ...before });
  const mirror = openEmptyMirror();
  for (const served of [record, edit(record)]) storeDay(mirror, [served as CasePayload]);
  mirror.close();
  const { exitCode, stdout, stderr } = await runCli(['changes', '--database', mirror.path], {
    env: { COLUMNS: '1000' },
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.slice(2));
}

describe('changes prints as a sentence', () => {
  const sentences: [string, JsonObject, string[]][] = [
    ['a new value', { case_ongoing: 'No' }, ['case_ongoing changed from Yes to No']],
    ['null', { court: null }, ['court changed from District of North Borealia to (null)']],
    ['an empty text', { court: '' }, ['court changed from District of North Borealia to (empty)']],
    [
      'a text that reads like null',
      { court: '(null)' },
      ['court changed from District of North Borealia to "(null)"'],
    ],
    ['a value of another kind', { filing_year: '2019' }, ['filing_year changed from 2019 to "2019"']],
    ['a flag', { never_filed: true }, ['never_filed changed from false to true']],
    [
      'a new element',
      { issues: ['Lamps: brightness', 'Stairs', 'Solitary confinement'] },
      ['issues: added Solitary confinement'],
    ],
    [
      'removed and added elements',
      { issues: ['Stairs', 'A', 'B'] },
      ['issues: removed Lamps: brightness', 'issues: added A; B'],
    ],
    [
      'an element that is an object',
      { plaintiff_type: [{ value: 'Keeper' }] },
      ['plaintiff_type: removed Private Plaintiff'],
    ],
    [
      'a list that became null',
      { issues: null },
      ['issues changed from ["Lamps: brightness","Stairs"] to (null)'],
    ],
    [
      'a field of the docket',
      { main_docket: makeDocket({ court: 'Elsewhere' }) },
      ['main_docket.court changed from District of North Borealia to Elsewhere'],
    ],
  ];
  test.each(sentences)('%s', async (_, changed, expected) => {
    expect(await describeEdit((record) => ({ ...record, ...changed }))).toEqual(expected);
  });

  test('a field that disappeared, and one that is new', async () => {
    expect(await describeEdit((record) => ({ ...without(record, 'court'), novelty: 1 }))).toEqual([
      'court changed from District of North Borealia to (absent)',
      'novelty changed from (absent) to 1',
    ]);
  });

  test('only the changed fields of a defendant, not both versions', async () => {
    const told = await describeEdit((record) => {
      const [one] = record.case_defendants as JsonObject[];
      return {
        ...record,
        case_defendants: [
          { ...one, institution_city: 'Lampton' },
          { ...one, name: 'New' },
        ],
      };
    });
    expect(told).toEqual([
      'case_defendants, Thimble County: institution_city changed from Wickford to Lampton',
      'case_defendants: added New',
    ]);
  });

  test('the first of many added elements and the number of the others', async () => {
    const issues = Array.from({ length: 30 }, (_, at) => `Issue ${at}`);
    const [told] = await describeEdit((record) => ({ ...record, issues }), { issues: [] });
    expect(told).toMatch(/^issues: added Issue 0; .*Issue 7; and 22 more$/);
  });
});

describe('the change of a long text', () => {
  const long = (middle: string): string =>
    `<p>${'Before that. '.repeat(300)}${middle}${' After that.'.repeat(300)}</p>`;

  test('shows the words that differ and the words before them, without markup', async () => {
    const [told, ...more] = await describeEdit(
      (record) => ({ ...record, summary: long('The <b>county</b> won.') }),
      {
        summary: long('The <b>keepers</b> won.'),
      },
    );
    expect(told).toBe(
      'summary: after "…that. Before that. Before that. The", "keepers" became "county" (7,516 to 7,515 characters)',
    );
    expect(more).toEqual([]);
  });

  test('shows what was added at the end', async () => {
    const [told] = await describeEdit(
      (record) => ({ ...record, summary: `${long('')}<p>The appeal failed.</p>` }),
      {
        summary: long(''),
      },
    );
    expect(told).toMatch(
      /^summary: text added at the end: "The appeal failed\." \([\d,]+ to [\d,]+ characters\)$/,
    );
  });

  test('says that only the markup changed', async () => {
    const told = await describeEdit((record) => ({ ...record, summary: '<p>Same <b>words</b></p>' }), {
      summary: '<p>Same words</p>',
    });
    expect(told).toEqual(['summary changed in its markup only']);
  });

  test('stays short even if everything changed', async () => {
    const told = await describeEdit(
      (record) => ({ ...record, summary: 'y'.repeat(100_000), cause_other: { deep: 'z'.repeat(100_000) } }),
      { summary: 'x'.repeat(100_000) },
    );
    expect(told.map((line) => line.length < 500)).toEqual([true, true]);
  });
});

describe('the change of a docket', () => {
  const withEntries = (edit: (entries: JsonObject[]) => JsonObject[]) => (record: JsonObject) => ({
    ...record,
    main_docket: makeDocket({ docket_entries: edit(entriesOf(record)) }),
  });

  test('lists new entries with number and date', async () => {
    const added = [45, 46].map((number) =>
      makeEntry({
        id: 80000 + number,
        entry_number: String(number),
        date_filed: '2026-03-01T00:00:00-05:00',
        description: `MOTION ${number}`,
      }),
    );
    expect(await describeEdit(withEntries((entries) => [...entries, ...added]))).toEqual([
      '2 new docket entries:',
      '  45 (2026-03-01) MOTION 45',
      '  46 (2026-03-01) MOTION 46',
    ]);
  });

  test('shows the edited fields of an entry, and the entries that were removed', async () => {
    const told = await describeEdit(
      withEntries(([first = {}]) => [{ ...first, description: 'AMENDED COMPLAINT.', entry_number: null }]),
    );
    expect(told).toEqual([
      'was edited: docket entry 1 (2019-03-14), entry_number changed from 1 to (null); description changed from COMPLAINT against Thimble County, filed by A. Alder. to AMENDED COMPLAINT.',
      '2 removed docket entries:',
      '  2 (2019-03-14) ORDER to light the lamp.',
      '  (no number) (2019-03-14) COMPLAINT against Thimble County, filed by A. Alder.',
    ]);
  });

  test('lists only the last ten of many entries', async () => {
    const told = await describeEdit(
      withEntries((entries) => [
        ...entries,
        ...Array.from({ length: 300 }, (_, at) => makeEntry({ id: 90000 + at, entry_number: `${at}` })),
      ]),
    );
    expect(told[0]).toBe('300 new docket entries, of which the last 10:');
    expect(told).toHaveLength(11);
    expect(told.at(-1)).toMatch(/^ {2}299 /);
  });
});

describe('changes over several days', () => {
  const CASE = makeCase({ id: 1 });
  const start = shareDays(
    () => recordedCases([CASE, makeCase({ id: 2, name: 'Birch v. Brook' })]),
    [
      (source) => {
        source.edit(1, (record) => ({
          ...record,
          case_ongoing: 'No',
          main_docket: makeDocket({
            docket_entries: [
              ...entriesOf(record),
              makeEntry({ id: 5, entry_number: '5', description: 'First words' }),
            ],
          }),
        }));
        source.put(makeCase({ id: 3, name: 'Cedar v. Creek' }));
      },
      (source) => {
        source.edit(1, (record) => ({
          ...record,
          main_docket: makeDocket({
            docket_entries: entriesOf(record).map((entry) =>
              entry.id === 5 ? { ...entry, description: 'Second words' } : entry,
            ),
          }),
        }));
      },
      (source) => {
        source.edit(1, (record) => ({ ...record, main_docket: makeDocket(), name: 'Alder' }));
      },
    ],
  );

  test('are listed run by run, each entry with its content at that time', async () => {
    const { run } = await start();
    const { stdout } = await run('changes', '--since', '2');
    expect(stdout).toBe(`Changes found by runs 2 to 4 (2030-01-02 03:17 to 2030-01-04 03:17 UTC)

Alder (case 1)
https://clearinghouse.net/case/1
  2030-01-02 03:17, run 2:
    case_ongoing changed from Yes to No
    1 new docket entry: 5 (2019-03-14) First words
  2030-01-03 03:17, run 3:
    was edited: docket entry 5 (2019-03-14), description changed from First words to Second words
  2030-01-04 03:17, run 4:
    name changed from Alder v. Thimble County to Alder
    1 removed docket entry: 5 (2019-03-14) Second words

New cases

  Cedar v. Creek (case 3)
    District of North Borealia, filed 2019-03-14, Jail Conditions; Public Accommodations
    https://clearinghouse.net/case/3

In all: 1 changed case, 1 new case, 2 changes of fields, 1 new docket entry, 1 edited docket entry, 1 removed docket entry.
`);
  });

  const periods: [string[], number[]][] = [
    [[], [4]],
    [
      ['--since', '3'],
      [3, 4],
    ],
    [
      ['--until', '2'],
      [1, 2],
    ],
    [['--since', '2', '--until', '2'], [2]],
    [
      ['--since', '2030-01-03'],
      [3, 4],
    ],
    [['--since', '2030-01-03', '--until', '2030-01-03'], [3]],
    [
      ['--since', '2030-01-03T04:17:00Z'],
      [3, 4],
    ],
    [['--since', '2030-01-03T04:17:00.001Z'], [4]],
    [
      ['--case', '1'],
      [2, 3, 4],
    ],
  ];
  test.each(periods)('with %j come from the runs %j', async (args, runs) => {
    const { lines } = await start();
    const found = new Set((await lines('changes', ...args)).map(({ run_id }) => run_id));
    // The only change of case 1 in the first run is the case itself.
    if (args[0] === '--case') found.delete(1);
    expect([...found].sort()).toEqual(runs);
  });

  test('can be limited to one field or to the docket entries', async () => {
    const { lines } = await start();
    const kinds = async (field: string) =>
      (await lines('changes', '--since', '2', '--field', field)).map(({ kind, field: name }) => name ?? kind);
    expect(await kinds('case_ongoing')).toEqual(['case_ongoing']);
    expect(await kinds('docket_entries')).toEqual(['entry added', 'entry edited', 'entry removed']);
    expect(await kinds('court')).toEqual([]);
  });

  test('include a note if a run is still going on', async () => {
    const { run, write, harness } = await start();
    write(`UPDATE sync_runs SET outcome = 'running', ended_at = NULL WHERE id = 4`);
    const lock = takeWriterLock(harness.database);
    const { stdout } = await run('changes').finally(() => {
      lock.release();
    });
    expect(stdout).toContain('Changes found by runs 3 to 4');
    expect(stdout).toContain('Run 4 is still going on.');
  });

  test('include a note if a run ended partial', async () => {
    const { run, write } = await start();
    write(`UPDATE sync_runs SET outcome = 'partial' WHERE id = 4`);
    expect((await run('changes')).stdout).toContain('Run 4 ended partial');
  });
});

describe('changes --json', () => {
  test('distinguishes absent from null, and contains the values unchanged', async () => {
    const { lines } = await startDays(recordedCases([makeCase({ id: 1 })]), (source) => {
      source.edit(1, (record) => ({
        ...without(record, 'court'),
        state: null,
        novelty: null,
        issues: ['Stairs'],
        main_docket: makeDocket({
          docket_entries: [makeEntry({ description: null }), ...entriesOf(record).slice(1)],
        }),
      }));
    });
    const base = {
      run_id: 2,
      changed_at: '2030-01-02T03:30:00.000Z',
      case_id: 1,
      case_name: 'Alder v. Thimble County',
    };
    const value = {
      field: 'description',
      kind: 'changed',
      old_value: makeEntry().description,
      new_value: null,
    };
    expect(await lines('changes')).toEqual([
      { ...base, kind: 'changed', field: 'state', old_value: 'Borealia', new_value: null },
      { ...base, kind: 'changed', field: 'court', old_value: 'District of North Borealia' },
      { ...base, kind: 'removed', field: 'issues', old_value: 'Lamps: brightness' },
      { ...base, kind: 'changed', field: 'novelty', new_value: null },
      {
        ...base,
        changed_at: '2030-01-02T03:17:00.000Z',
        kind: 'entry edited',
        entry_key: 80001,
        old_value: makeEntry(),
        new_value: makeEntry({ description: null }),
        differences: [value],
      },
    ]);
  });

  test('has as many changes of each kind as the view change_log', async () => {
    const edits = Array.from({ length: 4 }, () => (source: ReturnType<typeof inventCollection>) => {
      source.advance({ changed: 0.3, statusMoves: 4, inserted: 2 });
      const [id = 0] = source.ids().slice(3);
      source.edit(id, (record) => {
        entriesOf(record).splice(1, 1);
        return record;
      });
    });
    const { lines, harness, write } = await startDays(inventCollection({ size: 12 }), ...edits);
    const [gone] = harness.fakeApi.source.ids();
    write(`${departureSql(gone ?? 0, 3)} ${returnSql(gone ?? 0, 4)}`);
    write(`UPDATE cases SET mirror_redacted_run_id = 5 WHERE id = ${gone ?? 0}`);
    const counts = new Map<unknown, number>();
    for (const { kind } of await lines('changes', '--since', '1'))
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const viewed = harness.rows('SELECT kind, count(*) AS n FROM change_log GROUP BY kind');
    expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(viewed.map(({ kind, n }) => [kind, n])));
    expect(counts.size).toBeGreaterThan(7);
    expect(counts.get('entry added')).toBeGreaterThan(5);
  });
});

describe('changes of whole cases', () => {
  test('show cases that left the site, came back, or were redacted', async () => {
    const { run, write } = await startDays(
      smallCollection(3),
      () => undefined,
      () => undefined,
    );
    write(`${departureSql(1, 2)} ${departureSql(2, 2)} ${returnSql(2, 3)}
      UPDATE cases SET mirror_redacted_run_id = 3, name = NULL WHERE id = 1`);
    const { stdout } = await run('changes', '--since', '2');
    expect(stdout).toContain(`(no name) (case 1)
https://clearinghouse.net/case/1
  2030-01-02 03:17, run 2:
    left the site
  2030-01-03 03:17, run 3:
    was redacted: its content and its earlier history were removed on request
`);
    expect(stdout).toMatch(/run 2:\n {4}left the site\n {2}2030-01-03 03:17, run 3:\n {4}came back\n/);
    expect(stdout).toContain('2 changed cases, 2 departures, 1 return, 1 redaction');
  });
});

describe('changes of many cases', () => {
  test('count the cases of a first sync in the text, and list them as JSON', async () => {
    const { run } = await startDays(smallCollection(30));
    const { stdout } = await run('changes');
    expect(stdout).not.toContain('Invented case');
    expect(stdout).toContain('30 cases of the baseline');
    expect(stdout).not.toMatch(/new cases?\b/i);
    expect((await run('changes', '--json')).stdout.match(/Invented case/g)).toHaveLength(30);
  });

  test('show at most --limit changed cases, and count all', async () => {
    const { run } = await startDays(smallCollection(9), (source) => {
      for (const id of source.ids()) source.edit(id, (record) => ({ ...record, court: 'New' }));
    });
    const { stdout } = await run('changes', '--limit', '2');
    expect(stdout.match(/court changed/g)).toHaveLength(2);
    expect(stdout).toContain('7 more changed cases not shown');
    expect(stdout).toContain('In all: 9 changed cases, 9 changes of fields');
  });
});

test('changes says that nothing changed: on standard output, or on standard error with --json', async () => {
  const { run } = await startDays(smallCollection(2), () => undefined);
  expect((await run('changes', '--since', '2')).stdout).toBe(
    'Changes found by run 2 (2030-01-02 03:17 UTC)\n\nNothing changed.\n',
  );
  expect(await run('changes', '--since', '2', '--json')).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: 'Nothing changed.\n',
  });
  expect(await run('changes', '--since', '2031-01-01')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('is still to come'),
  });
});

describe('changes without a period', () => {
  const start = shareDays(
    () => recordedCases([makeCase({ id: 1 }), makeCase({ id: 2 })]),
    [
      (source) => {
        source.edit(1, (record) => ({ ...record, court: 'Elsewhere' }));
      },
      (source) => {
        source.edit(2, (record) => ({ ...record, case_ongoing: 'No' }));
      },
      () => undefined,
      () => undefined,
    ],
  );

  test('come from the newest run that found any, and the later runs are named', async () => {
    const { run } = await start();
    const { stdout } = await run('changes');
    expect(stdout).toContain('Changes found by run 3 (2030-01-03 03:17 UTC)');
    expect(stdout).toContain('case_ongoing changed from Yes to No');
    const newest = stdout.indexOf(
      '2 runs since then, the newest run 5 (2030-01-05 03:17), found nothing new.',
    );
    expect(newest).toBeGreaterThan(0);
    expect(newest).toBeLessThan(stdout.indexOf('case_ongoing changed'));
  });

  test('with --field come from the newest run that changed this field', async () => {
    const { run } = await start();
    expect((await run('changes', '--field', 'court')).stdout).toContain('found by run 2');
  });

  test('with --field say that no run found a change of this field, or which field may be meant', async () => {
    const { run } = await start();
    const never = 'No run found a change of documents.\n';
    expect(await run('changes', '--field', 'documents')).toMatchObject({ exitCode: 0, stdout: never });
    expect((await run('changes', '--field', 'documents', '--json')).stderr).toBe(never);
    expect((await run('changes', '--field', 'documents', '--since', '2')).stdout).toContain(
      'Nothing changed.',
    );
    const hintOf = async (field: string) =>
      (await run('changes', '--field', field)).stderr.split('Hint: ')[1];
    expect(await hintOf('documnts')).toContain('Did you mean documents');
    expect(await hintOf('xyzzyx')).toContain('documents, further_dockets,');
  });

  test('say how the newest run ended if it was not complete', async () => {
    const { run, write } = await start();
    write(`UPDATE sync_runs SET outcome = 'failed' WHERE id = 5`);
    expect((await run('changes')).stdout).toContain('Run 5 ended failed');
  });
});

test('the view change_log lists an entry that was added and removed again', async () => {
  const { harness } = await startDays(
    recordedCases([makeCase({ id: 1 })]),
    (source) => {
      source.edit(1, (record) => ({
        ...record,
        main_docket: makeDocket({ docket_entries: [...entriesOf(record), makeEntry({ id: 5 })] }),
      }));
    },
    (source) => {
      source.edit(1, (record) => ({ ...record, main_docket: makeDocket() }));
    },
  );
  const rows = harness.read((mirror) => [
    ...query(mirror, 'SELECT run_id, kind, entry_key FROM change_log WHERE entry_key = 5 ORDER BY run_id')
      .rows,
  ]);
  expect(rows).toEqual([
    [2, 'entry added', 5],
    [3, 'entry removed', 5],
  ]);
});
