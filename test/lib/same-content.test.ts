import { linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { hasSameContent } from '../../src/lib/files.ts';
import { tempFolder } from '../support/temp-folder.ts';

test('two files have the same content only if every byte is the same, in every chunk', () => {
  const folder = tempFolder();
  const write = (name: string, bytes: Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const bytes = Buffer.alloc(2_500_000, 'abc');
  const one = write('one', bytes);
  const second = join(folder, 'second-name');
  linkSync(one, second);
  expect(hasSameContent(one, second)).toBe(true);
  expect(hasSameContent(one, write('copy', bytes))).toBe(true);
  expect(hasSameContent(one, write('shorter', bytes.subarray(0, -1)))).toBe(false);
  for (const at of [0, 1_048_575, 1_048_576, bytes.length - 1]) {
    const other = Buffer.from(bytes);
    other[at] = 0;
    expect(hasSameContent(one, write('other', other))).toBe(false);
  }
  expect(hasSameContent(write('empty', Buffer.alloc(0)), write('empty-too', Buffer.alloc(0)))).toBe(true);
});
