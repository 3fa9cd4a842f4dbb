import {
  chmodSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createNewFile, createTempFile, moveIntoPlace, replaceFile } from '../../src/lib/replace-file.ts';
import { tempFolder } from '../support/temp-folder.ts';

const permissionsOf = (path: string): number => statSync(path).mode & 0o777;

test('writes a new file and replaces it, and leaves nothing else in the folder', () => {
  const folder = tempFolder();
  const path = join(folder, 'state.json');
  replaceFile(path, 'one');
  replaceFile(path, 'two');
  expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['two', ['state.json']]);
});

test('keeps the permissions of the file that it replaces, unless others are asked for', () => {
  const path = join(tempFolder(), '.env');
  writeFileSync(path, 'old');
  chmodSync(path, 0o640);
  replaceFile(path, 'new');
  expect(permissionsOf(path)).toBe(0o640);
  replaceFile(path, 'newer', { mode: 0o600 });
  expect(permissionsOf(path)).toBe(0o600);
});

test('replaces a symbolic link and leaves the file behind it as it is', () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'precious'), 'precious');
  symlinkSync(join(folder, 'precious'), join(folder, 'metrics.prom'));
  replaceFile(join(folder, 'metrics.prom'), 'metrics');
  expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('precious');
  expect(readFileSync(join(folder, 'metrics.prom'), 'utf8')).toBe('metrics');
});

test('does not replace a file that must be new', () => {
  const folder = tempFolder();
  const path = join(folder, '.env');
  replaceFile(path, 'first', { mustBeNew: true });
  expect(() => {
    replaceFile(path, 'second', { mustBeNew: true });
  }).toThrow('EEXIST');
  expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['first', ['.env']]);
});

test('removes what a process that died left of the same file, and nothing that may still be written', () => {
  const folder = tempFolder();
  const path = join(folder, 'state.json');
  const [dead, alive, other] = [
    createTempFile(path),
    createTempFile(path),
    createTempFile(join(folder, 'x')),
  ];
  utimesSync(dead, 0, 0);
  utimesSync(other, 0, 0);
  replaceFile(path, 'new');
  expect(
    readdirSync(folder)
      .map((name) => join(folder, name))
      .sort(),
  ).toEqual([alive, other, path].sort());
});

test('leaves the old file and no other where it cannot be replaced', () => {
  const folder = tempFolder();
  const temp = createTempFile(join(folder, 'a'));
  expect(() => {
    moveIntoPlace(temp, join(folder, 'missing', 'a'));
  }).toThrow('ENOENT');
  expect(readdirSync(folder)).toHaveLength(1);
});

test('writes through no link that lies where a file is created', () => {
  const folder = tempFolder();
  const [precious, link] = [join(folder, 'precious'), join(folder, 'link')];
  writeFileSync(precious, 'precious');
  for (const target of [precious, join(folder, 'nowhere')]) {
    symlinkSync(target, link);
    expect(() => {
      createNewFile(link, 0o600, 'new');
    }).toThrow('EEXIST');
    rmSync(link);
  }
  expect([readFileSync(precious, 'utf8'), readdirSync(folder)]).toEqual(['precious', ['precious']]);
});
