import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/lib/json.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { startDays } from '../support/days.ts';

const HOSTILE =
  '\u001b[2J\u0007[x](https://evil.example) *b* `c` <script>&amp; _d_ |\u202e www.evil.example me@evil.example';

/** What `changes` prints after every text of a case became hostile. */
async function print(...flags: string[]): Promise<string> {
  const { run } = await startDays(recordedCases([makeCase({ id: 1 })]), (source) => {
    source.edit(1, (record) => ({
      ...record,
      name: HOSTILE,
      court: `# ${HOSTILE}`,
      state: '1. first',
      summary: `- ${HOSTILE.repeat(20)}`,
      issues: [HOSTILE],
      [`new\`${HOSTILE}`]: HOSTILE,
      main_docket: makeDocket({
        docket_entries: [
          makeEntry({ id: 1, entry_number: '# 1', description: HOSTILE }),
          makeEntry({ id: 2, entry_number: '2.', description: `line\n# break ${HOSTILE}` }),
        ],
      }),
    }));
    source.put(makeCase({ id: 2, name: `] ${HOSTILE}` }));
  });
  const { stdout } = await run('changes', ...flags);
  return stdout;
}

test.each([[[]], [['--markdown']]])(
  'hostile text cannot control the terminal or reverse the direction of text: %j',
  async (flags) => {
    const text = (await print(...flags)).replaceAll('\n', '');
    expect(text).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text).toContain('\ufffd');
  },
);

describe('--markdown', () => {
  test('escapes all markup in texts of the API', async () => {
    const text = await print('--markdown');
    // The line without escaped characters, our own links and our own names of fields.
    const bare = text
      .replace(/\]\(https:\/\/clearinghouse\.net\/case\/\d+\)/g, '')
      .replace(/^(#{2,3} |- |\s+- )\[/gm, '$1')
      .replace(/`[\w.]+`/g, '')
      .replace(/\\[^A-Za-z0-9\s]/g, '');
    expect(bare).not.toMatch(/[`*_[\]<>&~|@]|:\/\/|www\./);
    for (const line of text.split('\n').filter(Boolean)) {
      expect(line).toMatch(/^(## |### \[|- (`|\[|\d+ |\(|"new\\`)| {2}- |In all: )/);
      if (/^\s*- /.test(line)) expect(line.replace(/^\s*- /, '')).not.toMatch(/^([-+=]|#{1,6}\s|\d+[.)]\s)/);
    }
  });

  test('prints a heading with a link for each case, and a list of its changes', async () => {
    const { run } = await startDays(recordedCases([makeCase({ id: 1 })]), (source) => {
      source.edit(1, (record: JsonObject) => ({ ...record, case_ongoing: 'No', issues: ['Stairs', 'A_b'] }));
      source.put(makeCase({ id: 2, name: 'Birch [sealed]' }));
    });
    const { stdout } = await run('changes', '--markdown');
    expect(stdout).toBe(`## Changes found by run 2 (2030-01-02 03:17 UTC)

### [Alder v. Thimble County](https://clearinghouse.net/case/1) (case 1)

- \`case_ongoing\` changed from Yes to No
- \`issues\`: removed Lamps: brightness
- \`issues\`: added A\\_b

## New cases

- [Birch \\[sealed\\]](https://clearinghouse.net/case/2) (case 2): District of North Borealia, filed 2019-03-14, Jail Conditions; Public Accommodations

In all: 1 changed case, 1 new case, 3 changes of fields, 0 new docket entries.
`);
  });
});
