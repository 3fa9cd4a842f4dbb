import { expect, test } from '@jest/globals';
import { runLanes } from '../../scripts/run-lanes.ts';

const node = (name: string, code: string) => ({ name, command: `'${process.execPath}' -e "${code}"` });
const fine = node('fine', `console.log('all is well')`);

async function run(...lanes: Parameters<typeof runLanes>[0]) {
  const pieces: string[] = [];
  const failed = await runLanes(lanes, (text) => pieces.push(text)).failed;
  const [begun, ended] = [true, false].map((is) =>
    pieces.filter((text) => text.startsWith('begun: ') === is),
  );
  return { failed, begun, pieces: ended?.map((text) => text.replace(/\d+ s/, 'N s')) };
}

test('lanes in which all went well have no failures', async () => {
  expect(await run([fine], [node('quiet', '0')])).toEqual({
    failed: [],
    begun: ['begun: fine\n', 'begun: quiet\n'],
    pieces: expect.arrayContaining(['ok: fine, N s\nall is well\n', 'ok: quiet, N s\n']),
  });
});

test.each([
  ['exit 3', node('bad', `console.log('said'); console.error('what'); process.exit(3)`)],
  ['killed by SIGKILL', { name: 'bad', command: `echo said; echo what >&2; kill -9 $$` }],
  ['exit 137', { name: 'bad', command: `echo said; echo what >&2; sh -c 'kill -9 $$'; exit $?` }],
])(
  'a script that ends with %s fails and is named, with what it said; the one after it runs',
  async (how, bad) => {
    const { failed, pieces } = await run([bad, fine]);
    expect(failed).toEqual(['bad']);
    expect(pieces).toEqual([
      expect.stringMatching(new RegExp(`^FAILED: bad, N s: ${how}\n(?=[^]*said)(?=[^]*what)`)),
      'ok: fine, N s\nall is well\n',
    ]);
  },
);

test('a command that there is not fails', async () => {
  expect((await run([{ name: 'bad', command: 'no-such-command-at-all' }])).failed).toEqual(['bad']);
});

test('what scripts say side by side is not mixed', async () => {
  const talk = (name: string) =>
    node(
      name,
      `let n = 0; const t = setInterval(() => { console.log('${name}'); if (++n === 5) clearInterval(t); }, 1)`,
    );
  const { pieces } = await run([talk('one')], [talk('two')]);
  expect(pieces?.sort()).toEqual([
    `ok: one, N s\n${'one\n'.repeat(5)}`,
    `ok: two, N s\n${'two\n'.repeat(5)}`,
  ]);
});

test('stopped, it ends what runs with all that this has started, and counts it and what was not begun as failed', async () => {
  const pieces: string[] = [];
  const started = `console.log('begun'); setInterval(() => 0, 1000)`;
  const lanes = runLanes(
    [[{ name: 'endless', command: `'${process.execPath}' -e "${started}"; echo over` }, fine]],
    (text) => pieces.push(text),
  );
  lanes.stop('SIGKILL');
  expect(await lanes.failed).toEqual(['endless', 'fine']);
  expect(pieces.join('')).toMatch(/^begun: endless\nFAILED: endless, \d+ s: killed by SIGKILL\n/);
});

test('stopped when a script is over and has left something that still writes, it ends the others all the same', async () => {
  const leave = `require('child_process').spawn('sleep', ['2'], { detached: true, stdio: 'inherit' }).unref()`;
  const lanes = runLanes([[node('left', leave)], [{ name: 'endless', command: 'sleep 600' }]], () => 0);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  lanes.stop('SIGKILL');
  expect(await lanes.failed).toContain('endless');
});
