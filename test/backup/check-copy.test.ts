import { expect, test } from '@jest/globals';
import { MirrorError } from '../../src/errors/mirror-error.ts';
import { nameKnownFile } from '../../src/backup/copy.ts';

const FILES = { source: '/data/mirror.db', target: '/data/snapshots/$&.db' };
const COPY = '/data/snapshots/one.0123456789abcdef.partial';

test.each([
  ['DATABASE_DAMAGED', FILES.source],
  ['MIGRATION_FAILED', FILES.source],
  ['DISK_FULL', FILES.target],
  ['DATABASE_UNWRITABLE', FILES.target],
] as const)('%s in a temporary copy names %s', (code, known) => {
  const cause = new Error('why');
  const error = new MirrorError(code, `${COPY}: it failed.`, { cause, hint: 'Do this.' });
  expect(nameKnownFile(error, COPY, FILES)).toMatchObject({
    code,
    message: `${known}: it failed.`,
    hint: 'Do this.',
    cause,
  });
});

test('an error that names no temporary copy stays the error that it was', () => {
  for (const error of [new MirrorError('DISK_FULL', '/data/other.db: full.'), new Error(COPY)])
    expect(nameKnownFile(error, COPY, FILES)).toBe(error);
});
