import { beforeAll, describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { runCli } from '../support/command-line.ts';
import { listFaults } from '../support/json-page.ts';
import { makeAttachment, makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { startSite } from '../support/site.ts';
import { startHarness } from '../support/sync-harness.ts';

const NOTHING = 'changed, and what changed is not shown';

/** What a case has in each of two runs, and what is told of the change: an unknown object is in all of them. */
const CASES: readonly (readonly [toFields: (vault: JsonObject, run: number) => JsonObject, told: string])[] =
  [
    [(vault) => ({ case_defendants: [{ name: 'A county', vault }] }), `case_defendants, A county ${NOTHING}`],
    [
      (vault) => ({ main_docket: toDocket({ vault }) }),
      `was edited: docket entry 1 (2019-03-14), vault ${NOTHING}`,
    ],
    [
      (vault) => ({ main_docket: toDocket({ attachments: [{ ...makeAttachment(1), vault }] }) }),
      `was edited: docket entry 1 (2019-03-14), attachments ${NOTHING}`,
    ],
    [
      (vault, run) => ({ court: run === 1 ? 'N.D. Invented' : vault }),
      'court changed from N.D. Invented to (not shown)',
    ],
    [(vault, run) => ({ court: run === 1 ? null : [vault] }), 'court changed from (null) to (not shown)'],
    [(vault, run) => (run === 1 ? {} : { vault }), 'vault changed from (absent) to (not shown)'],
    [(vault) => ({ vault }), `vault ${NOTHING}`],
    [(vault) => ({ related_cases: [{ id: 1, name: 'A v. B', vault }] }), `related_cases, A v. B ${NOTHING}`],
    [(vault) => ({ plaintiff_type: [{ value: 'Keeper', vault }] }), `plaintiff_type ${NOTHING}`],
    [(vault) => ({ vaults: [vault] }), `vaults ${NOTHING}`],
    [
      (vault, run) => ({ issues: run === 1 ? ['Stairs'] : ['Stairs', vault, null, '(not shown)'] }),
      'issues: added (not shown); (null); "(not shown)"',
    ],
  ];

const toDocket = (entry: JsonObject): JsonObject =>
  makeDocket({
    docket_entries: [{ ...makeEntry({ id: 5, entry_number: '1', date_filed: '2019-03-14' }), ...entry }],
  });

describe('a change of what is not shown', () => {
  let told: string;
  let json: readonly Record<string, unknown>[];
  let csv: string;
  let page: string;

  beforeAll(async () => {
    const serve = (run: number) =>
      CASES.map(([toFields], at) =>
        makeCase({ id: at + 1, name: 'Alder v. Birch', ...toFields({ title: 'CanaryVault', run }, run) }),
      );
    const source = recordedCases(serve(1));
    const harness = await startHarness({ source });
    await harness.sync();
    for (const one of serve(2)) source.put(one);
    await harness.sync();
    const ask = async (...args: string[]) =>
      (await runCli(['changes', ...args], { env: harness.env })).stdout;
    told = (await ask()).replace(/\s+/g, ' ');
    json = (await ask('--json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    csv = await ask('--format', 'csv');
    page = (await (await startSite(harness.database)).get('/changes')).body;
  });

  test('is told, and by no name that is not so', () => {
    for (const [, sentence] of CASES) expect(told).toContain(sentence);
    for (const text of [told, JSON.stringify(json), csv, page]) expect(text).not.toContain('Canary');
    expect(page).toContain('(not shown)');
    expect(page).toContain('not all of it is shown');
  });

  test('is not null in JSON and CSV', () => {
    expect(new Set(json.flatMap((line) => listFaults(line, 'changes')))).toEqual(new Set());
    const of = (id: number) => json.filter((line) => line.case_id === id);
    expect(of(2)).toMatchObject([
      {
        withheld: ['old_value', 'new_value'],
        differences: [
          { field: 'vault', old_value: null, new_value: null, withheld: ['old_value', 'new_value'] },
        ],
      },
    ]);
    expect(of(5)).toMatchObject([{ old_value: null, new_value: null, withheld: ['new_value'] }]);
    expect(of(11).map(({ new_value, withheld }) => [new_value, withheld])).toEqual([
      [null, ['new_value']],
      [null, undefined],
      ['(not shown)', undefined],
    ]);
    expect(csv).toContain('[""new_value""]');
  });
});
