import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { openMirror, withWriter } from '../../src/db/open-mirror.ts';
import { isWriterLockHeld, takeWriterLock } from '../../src/db/lock.ts';
import { tempFolder } from '../support/temp-folder.ts';

const now = (): Date => new Date('2030-01-01');

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

/** Does something as a user who is not root, where the tests run as root. */
function asOrdinaryUser<Result>(folder: string, action: () => Result): Result {
  if (!isRoot || process.seteuid === undefined || process.setegid === undefined) return action();
  chmodSync(folder, 0o777);
  process.setegid(NOBODY);
  process.seteuid(NOBODY);
  try {
    return action();
  } finally {
    process.seteuid(0);
    process.setegid(0);
  }
}

test('a writer lock is held until its release, and leaves no content and no other file beside the mirror', () => {
  const folder = tempFolder();
  const path = join(folder, 'mirror.db');
  expect(isWriterLockHeld(path)).toBe(false);
  const lock = takeWriterLock(path);
  expect(isWriterLockHeld(path)).toBe(true);
  lock.release();
  expect(isWriterLockHeld(path)).toBe(false);
  expect(readdirSync(folder)).toEqual(['mirror.db.lock']);
  expect(readFileSync(`${path}.lock`)).toHaveLength(0);
});

test('is refused if the lock file can be read but not written', () => {
  const folder = tempFolder();
  const path = join(folder, 'mirror.db');
  writeFileSync(`${path}.lock`, '');
  chmodSync(`${path}.lock`, 0o444);
  asOrdinaryUser(folder, () => {
    for (let taker = 0; taker < 2; taker++)
      expect(() => takeWriterLock(path)).toThrow(
        expect.objectContaining({ code: 'DATABASE_UNWRITABLE', message: expect.stringContaining('.lock') }),
      );
    expect(isWriterLockHeld(path)).toBe(false);
  });
});

test('is refused where there is no lock file and none can be created', () => {
  const parent = tempFolder();
  for (const [name, mode] of [
    ['read-only', 0o555],
    ['closed', 0o000],
  ] as const) {
    const folder = join(parent, name);
    mkdirSync(folder);
    chmodSync(folder, mode);
    asOrdinaryUser(parent, () => {
      expect(() => takeWriterLock(join(folder, 'mirror.db'))).toThrow(
        expect.objectContaining({ code: 'DATABASE_UNWRITABLE' }),
      );
    });
    chmodSync(folder, 0o755);
  }
});

test('counts as held for a user who cannot read the lock file', () => {
  const folder = tempFolder();
  const path = join(folder, 'mirror.db');
  takeWriterLock(path).release();
  chmodSync(`${path}.lock`, 0o600);
  if (isRoot) chownSync(`${path}.lock`, 0, 0);
  else chmodSync(`${path}.lock`, 0);
  asOrdinaryUser(folder, () => {
    expect(isWriterLockHeld(path)).toBe(true);
  });
});

test('can be read by those who can read the mirror', () => {
  const path = join(tempFolder(), 'mirror.db');
  openMirror(path).close();
  chmodSync(path, 0o640);
  takeWriterLock(path).release();
  expect(statSync(`${path}.lock`).mode & 0o777).toBe(0o640);
});

test('is one for a link to a file that does not exist yet, and for that file', () => {
  const [small, large] = [tempFolder(), tempFolder()];
  symlinkSync(join(large, 'mirror.db'), join(small, 'mirror.db'));
  symlinkSync(join(small, 'mirror.db'), join(small, 'again.db'));
  const lock = takeWriterLock(join(small, 'again.db'));
  expect(existsSync(join(large, 'mirror.db.lock'))).toBe(true);
  expect(() => takeWriterLock(join(large, 'mirror.db'))).toThrow(expect.objectContaining({ code: 'LOCKED' }));
  lock.release();
});

test('is never a link to another file', () => {
  const folder = tempFolder();
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'mirror.db.lock'));
  expect(() => takeWriterLock(join(folder, 'mirror.db'))).toThrow(
    expect.objectContaining({ code: 'DATABASE_UNWRITABLE' }),
  );
  expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
});

test('is taken however often others probe it', async () => {
  const path = join(tempFolder(), 'mirror.db');
  takeWriterLock(path).release();
  const script = fileURLToPath(new URL('./probe-lock.js', import.meta.url));
  const tsx = new URL('../../node_modules/tsx/dist/loader.mjs', import.meta.url).href;
  const probes = [1, 2].map(() =>
    spawn(process.execPath, ['--import', tsx, script, path], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  try {
    await Promise.all(probes.map((probe) => once(probe.stdout, 'data')));
    for (let take = 0; take < 300; take++) takeWriterLock(path).release();
  } finally {
    for (const probe of probes) probe.kill('SIGKILL');
    await Promise.all(probes.map((probe) => once(probe, 'close')));
  }
});

test.each<[string, (path: string) => void]>([
  [
    'replaced by a copy',
    (path) => {
      copyFileSync(path, `${path}.copy`);
      renameSync(`${path}.copy`, path);
    },
  ],
  [
    'moved away',
    (path) => {
      renameSync(path, `${path}.away`);
    },
  ],
  [
    'removed',
    (path) => {
      rmSync(path);
    },
  ],
])('what was written to a mirror that was %s meanwhile does not count as written', async (_how, act) => {
  const path = join(tempFolder(), 'mirror.db');
  openMirror(path).close();
  const disturb = (): string => {
    act(path);
    return 'done';
  };
  expect(() => withWriter(path, now, disturb)).toThrow(
    expect.objectContaining({ code: 'DATABASE_REPLACED' }),
  );
  openMirror(path).close();
  await expect(withWriter(path, now, async () => Promise.resolve(disturb()))).rejects.toMatchObject({
    code: 'DATABASE_REPLACED',
  });
  expect(isWriterLockHeld(path)).toBe(false);
});

test('a mirror that grows, is rewritten or reached by a link is the same file', () => {
  const path = join(tempFolder(), 'mirror.db');
  openMirror(path).close();
  symlinkSync(path, `${path}.link`);
  expect(
    withWriter(`${path}.link`, now, ({ sqlite }) => {
      sqlite.exec('CREATE TABLE big AS SELECT randomblob(5000000) AS bytes; DROP TABLE big; VACUUM');
      return 'done';
    }),
  ).toBe('done');
});
