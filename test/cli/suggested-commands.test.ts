import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { loadProgram } from '../../src/cli/main.ts';
import { SELECTING, toAim } from '../../src/cli/suggested-commands.ts';
import { SETTINGS } from '../../src/config/specs.ts';
import { renderHolding } from '../../src/cli/text/export-places.ts';
import { toPlainStyle } from '../../src/cli/text/style.ts';
import { createProgress } from '../../src/cli/text/progress.ts';
import { aimCode } from '../../src/web/html/html.ts';
import { runCli } from '../support/command-line.ts';

const out = Object.assign(new Writable(), { isTTY: false });
const { commands } = await loadProgram({ stdout: out, stderr: out, env: {} } as never);
const aim = toAim({ env: {} }, { database: 'my mirror.db', apiUrl: 'http://127.0.0.1:1/', delayMs: '0' });

test('a suggested command names the mirror, the API and the snapshots of the command that was typed, if it takes them', () => {
  for (const [setting, names] of Object.entries(SELECTING)) {
    const flag = SETTINGS[setting as keyof typeof SELECTING].flag.split(' ')[0];
    const takes = commands
      .filter((one) => one.options.some(({ long }) => long === flag))
      .map((one) => one.name());
    const own = ['demo', 'init', 'fake-api'];
    expect([...names].sort()).toEqual(takes.filter((name) => !own.includes(name)).sort());
  }
  expect(
    aim('Run `clearinghouse-mirror doctor`, `sync` or `query "SELECT 1"`; `clearinghouse-mirror demo`.'),
  ).toBe(
    "Run `clearinghouse-mirror doctor --database 'my mirror.db' --api-url http://127.0.0.1:1/`, `sync` or `clearinghouse-mirror query \"SELECT 1\" --database 'my mirror.db'`; `clearinghouse-mirror demo`.",
  );
  expect(aim('`clearinghouse-mirror status --database x`, `clearinghouse-mirror case --help`')).toBe(
    '`clearinghouse-mirror status --database x`, `clearinghouse-mirror case --help`',
  );
  expect(
    toAim({ env: { npm_command: 'exec' } }, {})('`clearinghouse-mirror sync`, `init --replace`, `set x`'),
  ).toBe('`npx clearinghouse-mirror sync`, `npx clearinghouse-mirror init --replace`, `set x`');
});

test('so does the command that an upgrade names to go back to the older version', () => {
  let said = '';
  const err = Object.assign(
    new Writable({
      write: (text, _, done) => {
        said += String(text);
        done();
      },
    }),
    { isTTY: false },
  );
  const tell = createProgress(err, () => new Date(0), 'UTC', toAim({ env: { npm_command: 'exec' } }, {}));
  tell({ type: 'upgrade-ended', database: 'a b.db', copy: 'a`.db', bytes: 7 });
  expect(said).toContain("`npx clearinghouse-mirror restore $'a\\140.db' --database 'a b.db' --yes`");
});

test('so do the commands on the pages of `browse`, and the hint of an error', async () => {
  expect(aimCode('<code>clearinghouse-mirror query &quot;SELECT &#39;&amp;&#39;&quot;</code>', aim)).toBe(
    '<code>clearinghouse-mirror query &quot;SELECT &#39;&amp;&#39;&quot; --database &#39;my mirror.db&#39;</code>',
  );
  expect(aimCode('<p><code>clearinghouse-mirror cite 7 --format ris</code>, <code>x</code></p>', aim)).toBe(
    '<p><code>clearinghouse-mirror cite 7 --format ris --database &#39;my mirror.db&#39;</code>, <code>x</code></p>',
  );
  const { stderr } = await runCli(['status', '--database', 'none.db']);
  expect(stderr).toContain('Run `clearinghouse-mirror sync --database none.db` to make one');
});

test('what looks like a command in the name of a case stays as it is', () => {
  const name = 'In re `case closed` and `query box`';
  expect(toPlainStyle(200, aim).caseHeading(7, name)).toContain(`${name} (case 7)`);
});

test('the path of a copy that a terminal would not show in whole is printed as a shell takes it', () => {
  const lines = renderHolding([{ path: '/kept/a\u202eb.db', holds: 'unreadable', isOwn: true }], '');
  expect(lines.join('\n')).toContain(String.raw`  $'/kept/a\342\200\256b.db' (cannot be read`);
});
