import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { runCli } from '../support/command-line.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { makeDocument } from '../support/make-document.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

const SECRET = 'k33per0f7he1amp9d2c';
/** No six consecutive characters of the token may be anywhere. */
const PARTS = Array.from({ length: SECRET.length - 5 }, (_, at) => SECRET.slice(at, at + 6));

const FORMS: readonly (readonly [string, string, expected: 'complete' | RegExp])[] = [
  ['alone', SECRET, 'complete'],
  ['with Token before it', `Token ${SECRET}`, 'complete'],
  ['with spaces around it', `  ${SECRET}  `, 'complete'],
  ['with a Windows line ending', `${SECRET}\r\n`, 'complete'],
  ['with a byte-order mark', `\ufeff${SECRET}`, 'complete'],
  [
    'with a line break in it',
    `${SECRET.slice(0, 9)}\n${SECRET.slice(9)}`,
    /SETTING_INVALID|TOKEN_MISSING|UNAUTHORIZED/,
  ],
  ['with a space in it', `${SECRET.slice(0, 9)} ${SECRET.slice(9)}`, /SETTING_INVALID/],
  ['that is empty', '', /TOKEN_MISSING/],
  ['that is only the word', 'Token', /TOKEN_MISSING/],
  ['that is wrong', `${SECRET.slice(0, -1)}x`, /UNAUTHORIZED/],
];

const PLACES = ['variable', '.env', 'token file'] as const;

async function syncWith(form: string, place: (typeof PLACES)[number]) {
  const { fakeApi } = await startHarness({ source: smallCollection(5), token: SECRET });
  const folder = tempFolder();
  const database = join(folder, 'mirror.db');
  const flags = ['--api-url', fakeApi.url, '--database', database, '--delay', '0', '--max-attempts', '1'];
  const file = join(tempFolder(), 'token');
  writeFileSync(file, form);
  if (place === '.env')
    writeFileSync(join(folder, '.env'), `CLEARINGHOUSE_API_TOKEN=${form}\n`, { mode: 0o600 });
  const options = {
    folder,
    env: place === 'variable' ? { CLEARINGHOUSE_API_TOKEN: form } : {},
  };
  const from = place === 'token file' ? ['--token-file', file] : [];
  const results = [
    await runCli(['sync', '--json', ...flags, ...from], options),
    await runCli(['doctor', '--api-url', fakeApi.url, '--database', database, ...from], options),
    await runCli(['status', '--json', '--database', database], options),
  ];
  const written = readdirSync(folder)
    .filter((name) => name !== '.env')
    .map((name) => readFileSync(join(folder, name), 'latin1'));
  return { results, written, database };
}

describe.each(PLACES)('a token in "%s"', (place) => {
  test.each(FORMS)(
    '%s is used, or refused with a code, and no part of it is printed or stored',
    async (_, form, expected) => {
      const { results, written, database } = await syncWith(form, place);
      const [sync] = results;
      const said = results.map(({ stdout, stderr }) => `${stdout}${stderr}`).join('');
      if (expected === 'complete') expect([sync?.exitCode, existsSync(database)]).toEqual([0, true]);
      else {
        expect(sync?.exitCode).not.toBe(0);
        expect(`${sync?.stdout ?? ''}${sync?.stderr ?? ''}`).toMatch(expected);
      }
      expect(PARTS.filter((part) => said.includes(part))).toEqual([]);
      expect(PARTS.filter((part) => written.some((text) => text.includes(part)))).toEqual([]);
    },
  );
});

test('a token that a good response repeats, as a value or as the name of a field, is not stored, printed or exported', async () => {
  const odd = { [SECRET]: `Token ${SECRET}`, lamp: SECRET };
  const source = recordedCases([
    makeCase({
      id: 1,
      ...odd,
      main_docket: makeDocket({ ...odd, docket_entries: [makeEntry({ ...odd, description: SECRET })] }),
    }),
  ]);
  source.linked.putDocument(
    1,
    { ...makeDocument({ id: 11, title: `Order ${SECRET}` }), ...odd },
    `Text ${SECRET}`,
  );
  const { fakeApi } = await startHarness({ source, token: SECRET });
  const folder = tempFolder();
  const database = join(folder, 'mirror.db');
  const options = {
    folder,
    env: {
      CLEARINGHOUSE_API_TOKEN: SECRET,
      CLEARINGHOUSE_API_URL: fakeApi.url,
      CLEARINGHOUSE_DATABASE: database,
      CLEARINGHOUSE_DELAY: '0',
      CLEARINGHOUSE_LINKED_BUDGET: 'all',
    },
  };
  const results = [
    await runCli(['sync', '--json'], options),
    await runCli(['fetch-texts'], options),
    await runCli(['status'], options),
    await runCli(['status', '--json'], options),
    await runCli(['case', '1', '--json'], options),
    await runCli(['query', 'SELECT * FROM schema_drift ORDER BY field'], options),
    await runCli(['export', join(folder, 'out'), '--raw'], options),
  ];
  expect(results[0]?.exitCode).toBe(0);
  expect(results[5]?.stdout).toContain('documents[].token.removed......');
  const written = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => readFileSync(join(one.parentPath, one.name), 'latin1'));
  expect(written.length).toBeGreaterThan(0);
  for (const part of PARTS)
    for (const text of [...written, ...results.flatMap(({ stdout, stderr }) => [stdout, stderr])])
      expect(text.includes(part)).toBe(false);
});
