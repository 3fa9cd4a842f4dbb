import { expect, test } from '@jest/globals';
import { type Place, checkRewriteRoom } from '../../src/db/rewrite-room.ts';

const MB = 1_000_000;
const place = (folder: string, disk: number, free: number): Place => ({ folder, disk, free: free * MB });

test.each<[string, Place, Place]>([
  ['one disk has room for two copies', place('/data', 1, 220), place('/tmp', 1, 220)],
  ['two disks have room for one each', place('/data', 1, 110), place('/tmp', 2, 110)],
])('a file is rewritten if %s', (_, mirror, temporary) => {
  expect(() => {
    checkRewriteRoom(100 * MB, mirror, temporary);
  }).not.toThrow();
});

test.each<[string, Place, Place, string]>([
  ['one disk has room for one copy only', place('/data', 1, 150), place('/tmp', 1, 150), '210 MB, and /data'],
  ['the disk of the mirror is full', place('/data', 1, 50), place('/tmp', 2, 500), '105 MB, and /data'],
  ['the disk of temporary files is full', place('/data', 1, 500), place('/tmp', 2, 50), '105 MB, and /tmp'],
])('a file is left as it is if %s', (_, mirror, temporary, words) => {
  expect(() => {
    checkRewriteRoom(100 * MB, mirror, temporary);
  }).toThrow(words);
});
