import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { loadProgram } from '../../src/cli/main.ts';
import { PROCESS_IO } from '../../src/cli/process-io.ts';
import { parseSchedule } from '../../src/schedule/cron.ts';
import { SETTINGS } from '../../src/config/specs.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = join(ROOT, 'bin/clearinghouse-mirror.js');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const SERVICE = read('deploy/systemd/clearinghouse-mirror.service');
const FAILED = read('deploy/systemd/clearinghouse-mirror-failed@.service');
const TIMER = read('deploy/systemd/clearinghouse-mirror.timer');
const CRON = read('deploy/cron/clearinghouse-mirror');
const DOCKERFILE = read('Dockerfile');
const COMPOSE = read('compose.yaml');
const COMMANDS = await loadProgram(PROCESS_IO);

/** The line of a crontab that runs something. */
const CRON_LINE = CRON.split('\n').find((line) => /^\d/.test(line)) ?? '';

/** Whether the program has such a command, and it such flags. */
function expectKnown(words: readonly string[]): void {
  const [name = '', ...args] = words;
  const command = COMMANDS.commands.find((one) => one.name() === name);
  expect([name, command?.name()]).toEqual([name, name]);
  for (const flag of args.filter((word) => word.startsWith('--')))
    expect([flag, command?.options.some(({ long }) => long === flag)]).toEqual([flag, true]);
}

/** The values of a directive of a unit. */
function valuesOf(unit: string, name: string): string[] {
  return [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

interface LockedPackage {
  readonly devOptional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

test('the container has no package that only the tests use', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };
  const needed = new Set<string>();
  const need = (path: string): void => {
    const { dependencies, optionalDependencies } = packages[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const found = `node_modules/${name}`;
      if (needed.has(found)) continue;
      needed.add(found);
      need(found);
    }
  };
  need('');
  // `npm prune --omit=dev` keeps a development dependency that a package could use too.
  const kept = Object.keys(packages).filter(
    (path) => packages[path]?.devOptional === true && !needed.has(path),
  );
  const [, removed = ''] = /rm -r ([^\n]*)/.exec(DOCKERFILE) ?? [];
  const isRemoved = (path: string): boolean =>
    removed.split(' ').some((one) => path === one || path.startsWith(`${one}/`));
  expect(kept).toContain('node_modules/sql.js');
  expect(kept.filter((path) => !isRemoved(path))).toEqual([]);
});

describe('what is run on a schedule by the host', () => {
  test.each([
    ['the service', (valuesOf(SERVICE, 'ExecStart')[0] ?? '').split(' ').slice(2)],
    ['the crontab', (/clearinghouse-mirror (nightly[^>]*)/.exec(CRON_LINE)?.[1] ?? '').trim().split(' ')],
    ['the container', ['nightly']],
    [
      'its health check',
      [...(/HEALTHCHECK[^[]*(\[.*\])/.exec(DOCKERFILE)?.[1] ?? '[]').matchAll(/"([^"]+)"/g)]
        .map(([, word = '']) => word)
        .slice(2),
    ],
    [
      'the composed container',
      [...(/command: \[(.*)\]/.exec(COMPOSE)?.[1] ?? '').matchAll(/'([^']+)'/g)].map(([, word = '']) => word),
    ],
  ])('%s is a command that there is', (_title, words) => {
    expectKnown(words);
  });

  test('is due when `nightly` is by itself', () => {
    const fields = CRON_LINE.split(' ').slice(0, 5).join(' ');
    expect(fields).toBe(SETTINGS.schedule.default);
    const due = parseSchedule(fields, 'UTC').findNext(new Date('2026-01-01T00:00:00Z'));
    expect(valuesOf(TIMER, 'OnCalendar')).toEqual([`*-*-* ${String(due?.toISOString().slice(11, 19))}`]);
    expect(valuesOf(TIMER, 'RandomizedDelaySec')).toEqual([`${SETTINGS.jitterMinutes.default}min`]);
    expect(valuesOf(TIMER, 'Persistent')).toEqual(['true']);
  });

  test('prints nothing to be mailed when the run of the crontab is complete, and words when it fails', async () => {
    const folder = tempFolder();
    const bin = join(folder, 'clearinghouse-mirror');
    writeFileSync(bin, `#!/bin/sh\nexec ${process.execPath} ${PROGRAM} "$@"\n`);
    chmodSync(bin, 0o755);
    const { fakeApi } = await startHarness({ source: smallCollection(5) });
    const script = CRON_LINE.split(' ').slice(6).join(' ').replace('/var/lib/clearinghouse-mirror', folder);
    const mailed = async (token: string, schedule = '17 3 * * *'): Promise<string> => {
      const child = spawn('sh', ['-c', script], {
        env: {
          PATH: `${folder}:${String(process.env.PATH)}`,
          CLEARINGHOUSE_API_URL: fakeApi.url,
          CLEARINGHOUSE_API_TOKEN: token,
          CLEARINGHOUSE_SCHEDULE: schedule,
          CLEARINGHOUSE_DELAY: '0',
          CLEARINGHOUSE_LINKED_BUDGET: '0',
          CLEARINGHOUSE_NIGHTLY_SNAPSHOT: 'no',
        },
      });
      let printed = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      await once(child, 'close');
      return printed;
    };
    expect(await mailed(fakeApi.token)).toBe('');
    const failure = await mailed('a-wrong-token');
    expect(failure).toContain('failed with exit code 3');
    expect(failure).toContain('UNAUTHORIZED: The API did not accept the token');
    const log = readFileSync(join(folder, 'nightly.log'), 'utf8').trimEnd().split('\n');
    expect(log.filter((line) => typeof JSON.parse(line) !== 'object')).toEqual([]);
    const refusal = await mailed(fakeApi.token, '99:99');
    expect(refusal).toMatch(
      /exit code 2\..*\nError: CLEARINGHOUSE_SCHEDULE "99:99" is .*\nHint: Give a time/,
    );
    expect(CRON_LINE).not.toContain('%'); // cron ends the command there.
  });

  test.each(
    [
      ...SERVICE.matchAll(/CLEARINGHOUSE_[A-Z_]+/g),
      ...DOCKERFILE.matchAll(/CLEARINGHOUSE_[A-Z_]+/g),
      ...COMPOSE.matchAll(/CLEARINGHOUSE_[A-Z_]+/g),
    ].map(([name]) => name),
  )('is told %s, which is a setting', (name) => {
    expect(Object.values(SETTINGS).map(({ env }) => env)).toContain(name);
  });
});

describe('the systemd service', () => {
  test('runs as a user of its own, and can write to one folder', () => {
    expect(valuesOf(SERVICE, 'User')).toEqual(['clearinghouse-mirror']);
    expect(valuesOf(SERVICE, 'ProtectSystem')).toEqual(['strict']);
    expect(valuesOf(SERVICE, 'ProtectHome')).toEqual(['yes']);
    const [folder] = valuesOf(SERVICE, 'WorkingDirectory');
    expect(`/var/lib/${String(valuesOf(SERVICE, 'StateDirectory')[0])}`).toBe(folder);
    expect(valuesOf(SERVICE, 'ExecStart')[0]).toContain(` --database ${String(folder)}/clearinghouse.db`);
    expect(SERVICE).not.toMatch(/^(ReadWritePaths|DynamicUser)=/m);
  });

  test('lets only its group read what a run writes', async () => {
    const folder = join(tempFolder(), 'state');
    mkdirSync(folder);
    chmodSync(folder, Number.parseInt(String(valuesOf(SERVICE, 'StateDirectoryMode')[0]), 8));
    const { fakeApi } = await startHarness({ source: smallCollection(20) });
    const database = join(folder, 'clearinghouse.db');
    const words = 'nightly --once --delay 0 --reports reports --metrics-file mirror.prom --database';
    // With the file mode mask of the unit.
    const script = `umask ${String(valuesOf(SERVICE, 'UMask')[0])}; exec "$0" "$@"`;
    const child = spawn('sh', ['-c', script, process.execPath, PROGRAM, ...words.split(' '), database], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        CLEARINGHOUSE_API_URL: fakeApi.url,
        CLEARINGHOUSE_API_TOKEN: fakeApi.token,
        CLEARINGHOUSE_LINKED_BUDGET: '0',
      },
      stdio: 'ignore',
    });
    const [status] = (await once(child, 'close')) as [number | null];
    expect(status).toBe(0);
    const paths = [
      folder,
      ...readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name))),
    ];
    const modes = paths.map(
      (path) => [path, statSync(path).mode & 0o777, statSync(path).isDirectory()] as const,
    );
    expect(modes.length).toBeGreaterThan(6);
    expect(modes.filter(([, mode, isFolder]) => mode !== (isFolder ? 0o750 : 0o640))).toEqual([]);
  });

  test('leaves Node to write the code that it runs', () => {
    expect(valuesOf(SERVICE, 'MemoryDenyWriteExecute')).toEqual([]);
  });

  test('is what systemd accepts, and hardly exposed, by its own measure where it is at hand', () => {
    const folder = tempFolder();
    const [service, timer, failed] = ['.service', '.timer', '-failed@.service'].map((end) =>
      join(folder, `clearinghouse-mirror${end}`),
    );
    writeFileSync(String(service), SERVICE);
    writeFileSync(String(timer), TIMER);
    writeFileSync(String(failed), FAILED);
    expect(valuesOf(SERVICE, 'OnFailure')).toEqual(['clearinghouse-mirror-failed@%p.service']);
    const analyze = (...args: string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    const names = [...SERVICE.matchAll(/^([A-Za-z]+)=/gm)].map(([, name]) => name);
    const once = names.filter((name) => name !== 'Environment' && name !== 'SystemCallFilter');
    expect(once).toEqual([...new Set(once)]);
    if (analyze('--version').status !== 0) return;
    const verified = analyze(
      'verify',
      String(service),
      String(timer),
      String(failed).replace('@', '@clearinghouse-mirror'),
    );
    expect([verified.status, verified.stderr]).toEqual([0, '']);
    const { status, stdout } = analyze('security', '--offline=true', '--threshold=20', String(service));
    expect([status, stdout.trim().split('\n').at(-1)]).toEqual([
      0,
      expect.stringContaining('exposure level'),
    ]);
  });
});

describe('the container', () => {
  test('runs as an ordinary user, with a process that hands on signals', () => {
    const last = DOCKERFILE.slice(DOCKERFILE.lastIndexOf('FROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(
      /^ENTRYPOINT \["\/usr\/bin\/tini", "--", "node", "\/app\/bin\/clearinghouse-mirror.js"\]$/m,
    );
    expect(last).toMatch(/^HEALTHCHECK /m);
  });

  test('is built of files that there are, which are not left out', () => {
    const sources = [...DOCKERFILE.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    expect(sources).toContain('package-lock.json');
    const letIn = read('.dockerignore').split('\n');
    for (const source of sources) {
      expect([source, existsSync(join(ROOT, source))]).toEqual([source, true]);
      expect(letIn).toContain(`!${source}`);
    }
  });

  test('is told nothing that overrides a line of .env', () => {
    expect(COMPOSE).toMatch(/^ {4}env_file: \.env$/m);
    expect(COMPOSE).not.toMatch(/^ *environment:/m);
    expect(/command: (.*)/.exec(COMPOSE)?.[1]).toBe("['nightly']");
    // In the image it is a default, which a line of .env replaces; a flag would not be.
    expect(DOCKERFILE).toMatch(/^ENV .*CLEARINGHOUSE_DATABASE=\/data\/clearinghouse\.db( |$)/m);
    expect(DOCKERFILE).toMatch(/^CMD \["nightly"\]$/m);
  });

  test('has its temporary files in the volume, because a redaction writes the whole mirror there', () => {
    expect(DOCKERFILE).toMatch(/^ENV .* SQLITE_TMPDIR=\/data$/m);
    expect(DOCKERFILE).toMatch(/^VOLUME \/data$/m);
    expect(COMPOSE).toContain('- data:/data\n');
  });

  test('is given no right that it does not need', () => {
    for (const line of ['read_only: true', 'cap_drop:\n      - ALL', 'no-new-privileges:true'])
      expect(COMPOSE).toContain(line);
  });
});
