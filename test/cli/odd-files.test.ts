import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openMirror } from '../../src/db/open-mirror.ts';
import { readStateFile, writeWhole } from '../../src/schedule/state-file.ts';
import { runCli } from '../support/command-line.ts';
import { tempFolder } from '../support/temp-folder.ts';

let folder: string;
const server = createServer();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clearinghouse-mirror-odd-'));
  expect(spawnSync('mkfifo', [join(folder, 'pipe')]).status).toBe(0);
  symlinkSync('pipe', join(folder, 'link'));
  mkdirSync(join(folder, 'folder'));
  await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
  symlinkSync('/dev/null', join(folder, 'device'));
  openMirror(join(folder, 'mirror.db')).close();
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const KINDS: readonly (readonly [name: string, words: string])[] = [
  ['pipe', 'is a named pipe'],
  ['link', 'is a named pipe'],
  ['socket', 'is a socket'],
  ['folder', 'is a folder'],
  ['device', 'is a device'],
];

/** Every file by name and kind: a device or a pipe must never be replaced by a regular file. */
const listKinds = (): string[] =>
  readdirSync(folder)
    .map((name) => `${name} ${lstatSync(join(folder, name)).mode}`)
    .sort();

describe.each(KINDS)('a %s instead of a regular file is refused before it is opened', (name, words) => {
  const ask = async (...args: string[]) => {
    const before = listKinds();
    const result = await runCli(args, {
      folder,
      env: {
        COLUMNS: '500',
        CLEARINGHOUSE_DATABASE: join(folder, 'mirror.db'),
        CLEARINGHOUSE_API_TOKEN: 'invented',
      },
    });
    expect(listKinds()).toEqual(before);
    return result;
  };

  test.each([
    ['status'],
    ['verify'],
    ['query', 'SELECT 1'],
    ['snapshot'],
    ['sync'],
    ['redact', '7', '--yes'],
  ])('as the --database of %s', async (...command) => {
    const { exitCode, stderr } = await ask(...command, '--database', join(folder, name));
    expect([exitCode, stderr]).toEqual([9, expect.stringContaining(`${words}. [DATABASE_FOREIGN]\nHint: `)]);
  });

  test('as the snapshot to restore', async () => {
    const { exitCode, stderr } = await ask('restore', join(folder, name), '--yes');
    expect([exitCode, stderr]).toEqual([9, expect.stringContaining('[DATABASE_FOREIGN]')]);
  });

  test('as --output', async () => {
    const { exitCode, stderr } = await ask('query', 'SELECT 1', '--force', '--output', join(folder, name));
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(new RegExp(`${words}(?:, not a regular file)?\\. \\[OUTPUT_REFUSED\\]`)),
    ]);
  });

  test('as --to', async () => {
    const { exitCode, stderr } = await ask('snapshot', '--to', join(folder, name));
    expect([exitCode, stderr]).toEqual([9, expect.stringContaining('[SNAPSHOT_EXISTS]')]);
  });

  test('as the folder of the snapshots', async () => {
    if (name === 'folder') return;
    for (const command of [['snapshot'], ['snapshot', '--list']]) {
      const { exitCode, stderr } = await ask(...command, '--snapshots', join(folder, name));
      expect([exitCode, stderr]).toEqual([9, expect.stringContaining('[SNAPSHOTS_UNUSABLE]')]);
    }
  });

  test('as the file of certificates', async () => {
    const { exitCode, stderr } = await ask('sync', '--ca-file', join(folder, name));
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('[SETTING_INVALID]')]);
  });

  test('as a file that the scheduler reads or writes', () => {
    const path = join(folder, name);
    expect(() => readStateFile(path)).toThrow(expect.objectContaining({ code: 'STATE_FILE_DAMAGED' }));
    expect(() => {
      writeWhole(path, 'text');
    }).toThrow(
      expect.objectContaining({ code: 'FILE_UNWRITABLE', message: expect.stringContaining(words.slice(3)) }),
    );
  });
});

test('--output rejects a stream of the process, and the hint says what to do instead', async () => {
  for (const path of ['/dev/stdout', '/dev/stderr', '/dev/fd/1', '/proc/self/fd/1']) {
    if (!existsSync(path)) continue;
    const { exitCode, stderr } = await runCli(
      ['query', 'SELECT 1', '--force', '--output', path, '--database', join(folder, 'mirror.db')],
      { env: { COLUMNS: '500' } },
    );
    expect([path, exitCode, stderr]).toEqual([path, 2, expect.stringContaining('Leave --output out')]);
  }
});

test('a statement is read from a pipe, but not from an endless device', async () => {
  const database = join(folder, 'mirror.db');
  const run = (file: string) => runCli(['query', '--file', file, '--database', database]);
  const pipe = join(folder, 'pipe');
  const writer = spawn('sh', ['-c', 'printf "SELECT 7 AS seven" > "$0"', pipe]);
  expect((await run(pipe)).stdout).toContain('7');
  expect(writer.pid).toBeDefined();
  for (const [file, words] of [
    ['/dev/zero', 'holds more than 16 MB'],
    [folder, 'it is a folder'],
    [join(folder, 'socket'), 'cannot be read'],
    [join(folder, 'none'), 'cannot be read'],
  ] as const) {
    const { exitCode, stderr } = await run(file);
    expect([file, exitCode, stderr]).toEqual([file, 2, expect.stringContaining(words)]);
  }
});

test('no command creates the folder of a file that a flag names', async () => {
  const missing = join(folder, 'missing');
  const database = join(folder, 'mirror.db');
  const run = (...args: string[]) =>
    runCli([...args, ...(args.includes('--database') ? [] : ['--database', database])], {
      env: { COLUMNS: '500', CLEARINGHOUSE_API_TOKEN: 'invented' },
    });
  for (const args of [
    ['snapshot', '--to', join(missing, 'x.db')],
    ['query', 'SELECT 1', '--output', join(missing, 'x.csv')],
    ['sync', '--database', join(missing, 'x.db')],
    ['restore', database, '--yes', '--database', join(missing, 'x.db')],
  ])
    expect((await run(...args)).stderr).toContain(`there is no folder ${missing}`);
  expect(() => {
    writeWhole(join(missing, 'x.prom'), '');
  }).toThrow('there is no folder');
  expect(existsSync(missing)).toBe(false);
});

test('control characters in the names of files are not printed', async () => {
  const odd = join(tempFolder(), 'a\u001b[31m\nb');
  mkdirSync(odd);
  const database = join(odd, 'mirror.db');
  openMirror(database).close();
  writeFileSync(join(odd, 'file'), '');
  const outputs: string[] = [];
  for (const args of [
    ['status'],
    ['verify'],
    ['doctor'],
    ['snapshot'],
    ['snapshot', '--list'],
    ['snapshot', '--to', join(odd, '\u009bto.db')],
    ['snapshot', '--snapshots', join(odd, 'file')],
    ['restore', join(odd, 'snapshots', 'none.db')],
    ['restore', join(odd, '\u009bto.db')],
    ['restore', join(odd, '\u009bto.db'), '--yes'],
    ['query', 'SELECT 1', '--output', join(odd, 'file')],
    ['coverage'],
    ['case', '7'],
    ['redact', '7'],
  ]) {
    const { stdout, stderr } = await runCli([...args, '--database', database], { isTTY: false, folder: odd });
    outputs.push(`${args.join(' ')}: ${stdout}${stderr}`);
  }
  for (const output of outputs) {
    const said = output.slice(output.indexOf(': ') + 2);
    expect([output.split(':')[0], ['\u001b', '\u009b'].some((steering) => said.includes(steering))]).toEqual([
      output.split(':')[0],
      false,
    ]);
  }
});
