import { expect, test } from '@jest/globals';
import { judgeSoak, type Sample } from './judge-soak.ts';

const samplesOf = (
  residentMb: readonly number[],
  openFilesOf: (run: number) => readonly string[] = () => [],
): Sample[] =>
  residentMb.map((mb, at) => ({ runs: at + 1, residentBytes: mb * 1e6, openFiles: openFilesOf(at + 1) }));

const STEADY = Array.from({ length: 30 }, () => 100);
const AT_REST = ['/dev/null', 'pipe:[11]', 'pipe:[12]', '/tmp/mirror.db.lock'];
const AMID_A_RUN = ['/tmp/mirror.db', '/tmp/mirror.db-wal', '/tmp/mirror.db-shm', 'socket:[901]'];
const sockets = (count: number) => Array.from({ length: count }, (_, at) => `socket:[${count * 1000 + at}]`);

test('a process that grows into its work and then stays is flat', () => {
  expect(judgeSoak(samplesOf([60, 90, 120, 150, 151, 149, 152, 150, 151]))).toEqual({
    isFlat: true,
    residentRatio: 151 / 150,
    leaks: [],
  });
});

test('one that takes more memory all the while is not', () => {
  expect(judgeSoak(samplesOf([100, 110, 120, 130, 140, 150, 160, 170, 180])).isFlat).toBe(false);
});

test('one that leaves a connection open after each run is not, and the verdict says what it leaves open', () => {
  expect(judgeSoak(samplesOf(STEADY, (run) => [...AT_REST, ...sockets(run)]))).toMatchObject({
    isFlat: false,
    leaks: [{ kind: 'socket:', before: 11, after: 21 }],
  });
});

test('nor is one that leaves a file open only now and then, amid the files of its runs', () => {
  const leaking = (run: number) => [
    ...AT_REST,
    ...(run % 3 === 0 ? AMID_A_RUN : []),
    ...(run > 20 ? [`/tmp/daily/2030-01-${run}T03:17:00.000Z.db`] : []),
  ];
  expect(judgeSoak(samplesOf(STEADY, leaking))).toMatchObject({
    isFlat: false,
    leaks: [{ kind: '/tmp/daily/#Z.db', before: 0, after: 1 }],
  });
});

test('what a run that has just begun has open is no leak, however often a sample falls into one', () => {
  const atTimes = (run: number) => [...AT_REST, ...(run > 12 && run % 4 !== 0 ? AMID_A_RUN : [])];
  expect(judgeSoak(samplesOf(STEADY, atTimes))).toMatchObject({ isFlat: true, leaks: [] });
  const temporary = (run: number) => [
    ...AT_REST,
    ...(run % 7 === 0 ? [`/tmp/.state.94e8e2cb4f3f10b3.tmp`] : []),
  ];
  expect(judgeSoak(samplesOf(STEADY, temporary))).toMatchObject({ isFlat: true, leaks: [] });
});

test('one kind that is fewer does not hide another that is more', () => {
  const changing = (run: number) => [...AT_REST, ...(run <= 20 ? ['pipe:[13]'] : sockets(1))];
  expect(judgeSoak(samplesOf(STEADY, changing)).isFlat).toBe(false);
});

test('two runs tell nothing', () => {
  expect(() => judgeSoak(samplesOf([1, 2]))).toThrow(RangeError);
});
