import { expect, test } from '@jest/globals';
import { judgeSoak, type Sample } from './judge-soak.ts';

const samplesOf = (residentMb: readonly number[], openFiles: readonly number[] = []): Sample[] =>
  residentMb.map((mb, at) => ({ runs: at + 1, residentBytes: mb * 1e6, openFiles: openFiles[at] ?? 20 }));

test('a process that grows into its work and then stays is flat', () => {
  expect(judgeSoak(samplesOf([60, 90, 120, 150, 151, 149, 152, 150, 151]))).toEqual({
    isFlat: true,
    residentRatio: 151 / 150,
    openFilesBefore: 20,
    openFilesAfter: 20,
  });
});

test('one that takes more memory all the while is not', () => {
  expect(judgeSoak(samplesOf([100, 110, 120, 130, 140, 150, 160, 170, 180])).isFlat).toBe(false);
});

test('one that leaves a file open now and then is not', () => {
  const memory = Array.from({ length: 9 }, () => 100);
  expect(judgeSoak(samplesOf(memory, [20, 20, 20, 21, 20, 21, 22, 21, 21])).isFlat).toBe(false);
  expect(judgeSoak(samplesOf(memory, [25, 20, 20, 21, 20, 21, 20, 21, 21])).isFlat).toBe(true);
});

test('two runs tell nothing', () => {
  expect(() => judgeSoak(samplesOf([1, 2]))).toThrow(RangeError);
});
