import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type FaultRule, always, page } from '../../fake-api/serve/faults.ts';
import { runCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';

const CANARY = 'c4n4ry0123456789abcdef';
const ECHO = `you sent: Authorization: Token ${CANARY}`;

/** Every way in which a server could repeat the token. */
const echoes: [string, FaultRule][] = [
  ['an ordinary response', () => undefined],
  ['a failure that repeats it', always({ kind: 'status', status: 500, body: ECHO })],
  ['a refusal that repeats it', always({ kind: 'status', status: 400, body: [ECHO] })],
  ['a 401 that repeats it', always({ kind: 'status', status: 401, body: { detail: ECHO } })],
  ['a 404 that repeats it', always({ kind: 'status', status: 404, body: { detail: ECHO } })],
  ['a 429 that repeats it', always({ kind: 'status', status: 429, body: ECHO })],
  ['a redirect that repeats it', always({ kind: 'redirect', to: `/api/v2p1/cases/?key=${CANARY}` })],
  ['a foreign redirect that repeats it', always({ kind: 'redirect', to: `https://${CANARY}.example/` })],
  [
    'a next that repeats it',
    always(
      { kind: 'envelope', fields: { next: `/api/v2p1/cases/?case_ongoing=5020&page=2&key=${CANARY}` } },
      page(1, 5020),
    ),
  ],
  [
    'a next on another host that repeats it',
    always({ kind: 'envelope', fields: { next: `https://x.example/${CANARY}` } }),
  ],
];

describe('the token is in no output and in no byte of the files after', () => {
  test.each(echoes)('%s', async (_, faults) => {
    const { fakeApi, database } = await startHarness({ source: smallCollection(20), token: CANARY, faults });
    const env = {
      CLEARINGHOUSE_API_URL: fakeApi.url,
      CLEARINGHOUSE_API_TOKEN: CANARY,
      CLEARINGHOUSE_DATABASE: database,
      CLEARINGHOUSE_MAX_ATTEMPTS: '2',
    };
    const results = [
      await runCli(['sync', '--json'], { env }),
      await runCli(['sync'], { env, isTTY: true }),
      await runCli(['sync'], { env }),
      await runCli(['status', '--json'], { env }),
      await runCli(['doctor'], { env }),
    ];
    expect(fakeApi.requests.some(({ authorization }) => authorization)).toBe(true);
    for (const { stdout, stderr } of results) expect(`${stdout}${stderr}`).not.toContain(CANARY);
    for (const file of [database, `${database}-wal`, `${database}.lock`].filter((name) => existsSync(name))) {
      expect(readFileSync(file).includes(CANARY)).toBe(false);
    }
  });
});
