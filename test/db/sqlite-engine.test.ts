import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { loadEngine, pickEngines, type EnginePackage, type InstalledEngine } from '../../src/db/engine.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { times } from '../support/times.ts';

const TWELVE: InstalledEngine = { name: 'better-sqlite3', version: '12.11.1' };
const THIRTEEN: InstalledEngine = { name: 'better-sqlite3-node22', version: '13.2.0' };

describe('the engine for a Node', () => {
  test.each([
    ['20.19.0', '9', [TWELVE, THIRTEEN], [TWELVE]],
    ['20.20.2', '9', [TWELVE, THIRTEEN], [TWELVE]],
    ['22.13.1', '9', [TWELVE, THIRTEEN], [TWELVE]],
    ['22.14.0', '10', [TWELVE, THIRTEEN], [THIRTEEN, TWELVE]],
    ['22.23.3', '10', [TWELVE], [TWELVE]],
    ['22.23.3', '10', [TWELVE, THIRTEEN], [THIRTEEN, TWELVE]],
    ['24.18.0', '10', [TWELVE, THIRTEEN], [THIRTEEN, TWELVE]],
    ['24.19.0', '10', [TWELVE, THIRTEEN], [THIRTEEN]],
    ['24.21.0', '10', [TWELVE, THIRTEEN], [THIRTEEN]],
    ['26.10.0', '10', [TWELVE, THIRTEEN], [THIRTEEN]],
    ['30.0.0', '12', [TWELVE, THIRTEEN], [THIRTEEN]],
    // Whoever installed a version by hand, under the plain name, is judged by the version too.
    [
      '24.21.0',
      '10',
      [{ name: 'better-sqlite3', version: '13.0.0' }],
      [{ name: 'better-sqlite3', version: '13.0.0' }],
    ],
  ] as const)('%s with Node-API %s, of %j, is %j', (node, napi, installed, picked) => {
    expect(pickEngines(installed, { node, napi })).toEqual(picked);
  });

  test.each([
    ['20.20.2', '9', [THIRTEEN], 'ENGINE_UNSAFE', 'better-sqlite3 13.2.0 crashes on Node 20.20.2'],
    ['20.20.2', '9', [{ name: 'better-sqlite3', version: '13.2.0' }], 'ENGINE_UNSAFE', '13.2.0 crashes'],
    ['22.13.1', '9', [THIRTEEN], 'ENGINE_UNSAFE', 'better-sqlite3 13.2.0 crashes on Node 22.13.1'],
    ['24.19.0', '10', [TWELVE], 'ENGINE_UNSAFE', 'better-sqlite3 12.11.1 can abort on Node 24.19.0'],
    ['24.21.0', '10', [TWELVE], 'ENGINE_UNSAFE', 'better-sqlite3 12.11.1 can abort on Node 24.21.0'],
    ['25.0.0', '10', [TWELVE], 'ENGINE_UNSAFE', 'better-sqlite3 12.11.1 can abort on Node 25.0.0'],
    ['26.10.0', '10', [TWELVE], 'ENGINE_UNSAFE', 'better-sqlite3 12.11.1 can abort on Node 26.10.0'],
    ['22.23.3', '10', [], 'ENGINE_MISSING', 'No SQLite engine is installed for Node 22.23.3'],
  ] as const)('%s with Node-API %s refuses what is installed: %j', (node, napi, installed, code, message) => {
    expect(() => pickEngines(installed, { node, napi })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});

test('the engine of the running Node opens a file', () => {
  const sqlite = new (loadEngine())(':memory:');
  expect(sqlite.prepare('SELECT 1').pluck().get()).toBe(1);
  sqlite.close();
});

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The built program with all that it needs, and in place of the engines what is given. */
function installProgram(engines: Partial<Record<EnginePackage, { version: string; code: string }>>): string {
  const folder = tempFolder();
  for (const name of ['bin', 'dist', 'migrations', 'package.json'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const [name, { version, code }] of Object.entries(engines)) {
    mkdirSync(join(modules, name));
    writeFileSync(join(modules, name, 'package.json'), JSON.stringify({ name, version }));
    writeFileSync(join(modules, name, 'index.js'), code);
  }
  return folder;
}

/** Runs a command of an installed program that takes itself to run on another Node. */
function run(program: string, words: string[], node: string, napi: string) {
  const versions = JSON.stringify({ node, napi });
  const disguise = `Object.defineProperty(process, 'versions', { value: { ...process.versions, ...${versions} } })`;
  const preload = `data:text/javascript,${encodeURIComponent(disguise)}`;
  const work = tempFolder();
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', preload, join(program, 'bin/clearinghouse-mirror.js'), ...words],
    { encoding: 'utf8', cwd: work, env: { PATH: process.env.PATH, CLEARINGHOUSE_API_TOKEN: 'none' } },
  );
  return { status, stderr, left: readdirSync(work) };
}

/** Commands that read, write, fetch, and serve themselves. */
const COMMANDS = [['sync'], ['query', 'SELECT 1'], ['nightly', '--once'], ['demo'], ['status']];

describe('a program whose engine does not suit its Node', () => {
  const loaded = `require('node:fs').writeFileSync('loaded', '')`;
  const program = (version: string): string =>
    installProgram({ 'better-sqlite3': { version, code: loaded } });

  test.each([
    {
      version: '12.11.1',
      node: '24.21.0',
      napi: '10',
      says: 'Error: better-sqlite3 12.11.1 can abort on Node 24.21.0',
      commands: COMMANDS,
    },
    {
      version: '13.2.0',
      node: '20.20.2',
      napi: '9',
      says: 'Error: better-sqlite3 13.2.0 crashes on Node 20.20.2',
      commands: times([['sync']], COMMANDS),
    },
  ])(
    'refuses $version on Node $node in $commands, and neither loads nor writes anything',
    ({ version, node, napi, says, commands }) => {
      const folder = program(version);
      for (const words of commands) {
        const { status, stderr, left } = run(folder, words, node, napi);
        expect([words, status, left]).toEqual([words, 9, []]);
        expect(stderr).toContain(says);
        expect(stderr).toContain('[ENGINE_UNSAFE]\nHint: ');
      }
    },
  );

  test('says why an engine that is sound cannot be loaded', () => {
    const code = `throw new Error('was compiled against a different Node.js version')`;
    const folder = installProgram({ 'better-sqlite3': { version: '12.11.1', code } });
    const { status, stderr } = run(folder, ['demo'], '20.20.2', '9');
    expect([status, stderr]).toEqual([
      9,
      expect.stringMatching(
        /better-sqlite3 12\.11\.1 cannot be loaded: was compiled.*\[ENGINE_UNUSABLE\]\nHint: /,
      ),
    ]);
  });

  test('says that there is no engine', () => {
    const { status, stderr } = run(installProgram({}), ['demo'], '22.23.3', '10');
    expect([status, stderr]).toEqual([9, expect.stringContaining('[ENGINE_MISSING]\nHint: ')]);
  });

  test('still explains itself', () => {
    const folder = program('12.11.1');
    expect(run(folder, ['--help'], '24.21.0', '10')).toMatchObject({ status: 0, left: [] });
    expect(existsSync(join(folder, 'loaded'))).toBe(false);
  });
});

describe('a Node that is too old', () => {
  test('is told so before anything of the program is loaded', () => {
    const { status, stderr } = run(ROOT, ['status'], '20.18.3', '9');
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^Error: clearinghouse-mirror needs Node 20\.19 or later; this is Node 20\.18\.3\.\nHint: /,
      ),
    ]);
  });
});
