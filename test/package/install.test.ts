import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { loadProgram } from '../../src/cli/main.ts';
import { PROCESS_IO } from '../../src/cli/process-io.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const PAGE = read('docs/install.md');
const PROGRAM = await loadProgram(PROCESS_IO);
const { version } = JSON.parse(read('package.json')) as { version: string };

/** The command lines of the page, with those that a backslash or a pipe continues as one, and without remarks. */
const BLOCKS = [...PAGE.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) =>
  text.replaceAll(/ {2,}# .*$/gm, ''),
);
const COMMANDS = BLOCKS.flatMap((block) => block.split('\n')).filter((line) => line.trim() !== '');

function run(program: string, words: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env) {
  const { status, stdout, stderr } = spawnSync(program, words, { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the page on installing and operating', () => {
  const ours = COMMANDS.flatMap((line) => [
    ...line.matchAll(
      /(?:^|exec mirror |--user clearinghouse-mirror |bin\/)clearinghouse-mirror"? ([a-z-].*)$/g,
    ),
  ]).map(([, words = '']) => words.replaceAll(/"[^"]*"/g, 'TEXT').split(' '));

  test.each(ours)('%s is a command that there is', (...words) => {
    const command = PROGRAM.commands.find((one) => one.name() === words[0]) ?? PROGRAM;
    if (command === PROGRAM) expect(words).toEqual(['--version']);
    for (const flag of words.filter((word) => word.startsWith('--')))
      expect([flag, command.options.some(({ long }) => long === flag)]).toEqual([flag, true]);
  });

  test('names files that there are, and the package by its present version', () => {
    expect(ours.length).toBeGreaterThan(5);
    for (const [path] of PAGE.matchAll(/deploy\/[a-z/-]+[a-z](?:\.\w+)?/g))
      expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
    const packages = [...PAGE.matchAll(/clearinghouse-mirror-(\d+\.\d+\.\d+)\.tgz/g)].map(([, one]) => one);
    expect(new Set(packages)).toEqual(new Set([version]));
  });

  test('makes units of a second mirror that share nothing of the first but the program and its user', () => {
    const block = BLOCKS.find((one) => one.includes('second-mirror')) ?? '';
    const folder = tempFolder();
    const script = block
      .replace(/^cd .*$/m, `cd '${join(ROOT, 'deploy/systemd')}'`)
      .replaceAll('/etc/systemd/system', folder)
      .replaceAll(/sudo (?=tee)/g, '')
      .replace(/^sudo systemctl.*$/m, '');
    expect(run('sh', ['-ec', script], folder)).toMatchObject({ status: 0, stderr: '' });
    const units = ['second-mirror.service', 'second-mirror.timer'].map((name) => join(folder, name));
    const service = readFileSync(String(units[0]), 'utf8');
    expect(
      service.match(/^(?:ExecStart|EnvironmentFile|StateDirectory|WorkingDirectory|User)=.*$/gm),
    ).toEqual([
      'ExecStart=/usr/bin/env clearinghouse-mirror nightly --once --database /var/lib/second-mirror/clearinghouse.db',
      'EnvironmentFile=/etc/second-mirror.env',
      'User=clearinghouse-mirror',
      'StateDirectory=second-mirror',
      'WorkingDirectory=/var/lib/second-mirror',
    ]);
    if (run('systemd-analyze', ['--version'], folder).status !== 0) return;
    expect(run('systemd-analyze', ['verify', ...units], folder)).toMatchObject({ status: 0, stderr: '' });
  });

  test('leads the service to a program and a Node that are elsewhere', () => {
    const block = BLOCKS.find((one) => one.startsWith('echo "PATH=')) ?? '';
    const folder = tempFolder();
    const bin = join(folder, 'elsewhere');
    mkdirSync(bin);
    symlinkSync(join(ROOT, 'bin/clearinghouse-mirror.js'), join(bin, 'clearinghouse-mirror'));
    symlinkSync(process.execPath, join(bin, 'node'));
    const script = block.replace('sudo tee --append /etc/clearinghouse-mirror.env', 'tee written.env');
    const env = { PATH: `${bin}:/usr/bin:/bin` };
    expect(run('sh', ['-ec', script], folder, env).status).toBe(0);
    const [, path = ''] = /^PATH=(.*)\n$/.exec(readFileSync(join(folder, 'written.env'), 'utf8')) ?? [];
    expect(path.split(':')).toEqual([bin, bin, '/usr/local/bin', '/usr/bin', '/bin']);
    const [, command = ''] =
      /^ExecStart=(\S+ \S+)/m.exec(read('deploy/systemd/clearinghouse-mirror.service')) ?? [];
    const [program = '', ...words] = command.split(' ');
    expect(run(program, [...words, '--version'], folder, { PATH: path })).toEqual({
      status: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });
});

describe('the package', () => {
  test('holds all that the program needs', () => {
    const folder = tempFolder();
    const packed = run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], ROOT);
    expect(packed).toMatchObject({ status: 0, stdout: `clearinghouse-mirror-${version}.tgz\n` });
    expect(run('tar', ['xzf', `clearinghouse-mirror-${version}.tgz`], folder).status).toBe(0);
    const installed = join(folder, 'package');
    const files = readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
    const others = files.filter((file) => file.startsWith('dist/') && !file.endsWith('.js'));
    expect(others).toEqual(['dist/icon.svg', 'dist/style.css', 'dist/third-party-notices.txt']);
    expect(
      files.filter((file) => file.includes('snapshot.json') || file.startsWith('docs/decisions/')),
    ).toEqual([]);
    expect(files).toContain('migrations/meta/_journal.json');
    expect(files).toContain('migrations/meta/_schema.sql');
    expect(readdirSync(installed).sort()).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin',
        'deploy',
        'dist',
        'docs',
        'migrations',
        'package.json',
      ].sort(),
    );
    // All that the bundle does not contain: the engines and what they load.
    mkdirSync(join(installed, 'node_modules'));
    for (const name of readdirSync(join(ROOT, 'node_modules')))
      if (/^(?:better-sqlite3|bindings$|file-uri-to-path$)/.test(name))
        symlinkSync(join(ROOT, 'node_modules', name), join(installed, 'node_modules', name));
    const program = join(installed, 'bin/clearinghouse-mirror.js');
    const demo = run(process.execPath, [program, 'demo', '--cases', '50'], folder);
    expect(demo).toMatchObject({ status: 0 });
    expect(
      run(process.execPath, [program, 'verify', '--database', 'clearinghouse-demo.db'], folder).status,
    ).toBe(0);
  });

  test('passes on the license of each package in the bundle', () => {
    const dist = join(ROOT, 'dist');
    const pieces = readdirSync(dist).filter((file) => file.endsWith('.js'));
    const bundled = pieces.flatMap((file) =>
      [...read(`dist/${file}`).matchAll(/^\/\/ .*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)].map(
        ([, name]) => name,
      ),
    );
    const notices = read('dist/third-party-notices.txt')
      .split(`\n${'-'.repeat(80)}\n\n`)
      .slice(1);
    const names = notices.map((notice) => /^(\S+) \d\S* \(\S+\)\n\n\S/.exec(notice)?.[1]);
    expect(names).toEqual(expect.arrayContaining(['commander', 'drizzle-orm', 'got', 'pino']));
    expect(new Set(names)).toEqual(new Set(bundled));
    for (const notice of notices) expect(notice).toMatch(/permission|redistribution/i);
  });

  test('names the place of a fault in a stack trace', () => {
    const fault = `const { versions } = process; Object.defineProperty(process, 'versions', {
      get() { if (/at load.ngine/.test(new Error().stack)) throw new TypeError('no versions'); return versions; } });`;
    const preload = `data:text/javascript,${encodeURIComponent(fault)}`;
    const program = join(ROOT, 'bin/clearinghouse-mirror.js');
    const { stderr } = run(process.execPath, ['--import', preload, program, 'status'], tempFolder());
    const [, file = '', line] = /at loadEngine \(file:.*\/(dist\/[\w-]+\.js):(\d+):\d+\)/.exec(stderr) ?? [];
    const before = read(file).split('\n').slice(0, Number(line));
    expect(before.findLast((one) => one.startsWith('// '))).toBe('// src/db/engine.ts');
    expect(before.at(-1)).toContain('process.versions');
  });

  test('says what to do where it was not built', () => {
    const folder = tempFolder();
    for (const name of ['bin', 'package.json']) symlinkSync(join(ROOT, name), join(folder, name));
    const program = join(folder, 'bin/clearinghouse-mirror.js');
    const { status, stderr } = run(
      process.execPath,
      ['--preserve-symlinks', '--preserve-symlinks-main', program],
      folder,
    );
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^Error: .*dist\/ is missing\.\nHint: Run `npm install`/),
    ]);
  });
});

describe('preparing a checkout', () => {
  function prepare(
    engine: boolean,
    tools: boolean,
  ): { status: number | null; stdout: string; stderr: string } {
    const folder = tempFolder();
    mkdirSync(join(folder, 'scripts'));
    const script = join(folder, 'scripts/prepare.js');
    symlinkSync(join(ROOT, 'scripts/prepare.js'), script);
    symlinkSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    mkdirSync(join(folder, 'node_modules'));
    if (engine) mkdirSync(join(folder, 'node_modules/better-sqlite3-node22'));
    if (tools) symlinkSync(join(ROOT, 'node_modules/esbuild'), join(folder, 'node_modules/esbuild'));
    return run(process.execPath, ['--preserve-symlinks', '--preserve-symlinks-main', script], folder);
  }

  test('without the development dependencies succeeds, and says how to get a program', () => {
    const { status, stdout, stderr } = prepare(true, false);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^dist\/ is not built: esbuild .* was left out.*`npm pack`.*docs\/install\.md/s);
  });

  test('fails where the build does', () => {
    expect(prepare(true, true).status).not.toBe(0); // there is no scripts/build.js
  });
});
