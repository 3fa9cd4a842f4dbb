import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { BodyBuffers, BodyGatherer, decompressBody } from '../../src/api/decompress-body.ts';

const BODY = Buffer.from(JSON.stringify({ results: Array.from({ length: 50 }, (_, id) => ({ id })) }));
const read = (bytes: Buffer, encoding?: string, most = 10_000): Promise<Buffer> =>
  decompressBody(bytes, encoding, most, 'cases/');
const ALL: readonly (readonly [string, Buffer, string | undefined])[] = [
  ['gzip', gzipSync(BODY), 'gzip'],
  ['gzip by its old name', gzipSync(BODY), 'X-GZIP'],
  ['gzip that nothing declares', gzipSync(BODY), undefined],
  ['gzip in two members', Buffer.concat([gzipSync(BODY.subarray(0, 9)), gzipSync(BODY.subarray(9))]), 'gzip'],
  ['gzip twice', gzipSync(gzipSync(BODY)), 'gzip, gzip'],
  ['deflate', deflateSync(BODY), 'deflate'],
  ['deflate without its header', deflateRawSync(BODY), 'deflate'],
  ['br', brotliCompressSync(BODY), 'br'],
  ['br in gzip', gzipSync(brotliCompressSync(BODY)), 'br, gzip'],
];

describe('a compressed body', () => {
  test.each([...ALL, ['nothing', BODY, 'identity'], ['nothing, though gzip is declared', BODY, 'gzip']])(
    'is read whatever it is compressed with: %s',
    async (_, bytes, encoding) => {
      expect((await read(bytes, encoding)).toString()).toBe(BODY.toString());
    },
  );

  test.each(ALL)('is counted while it is decompressed: %s', async (_, bytes, encoding) => {
    await expect(read(bytes, encoding, BODY.length - 1)).rejects.toMatchObject({
      code: 'RESPONSE_TOO_LARGE',
    });
    expect(await read(bytes, encoding, BODY.length)).toHaveLength(BODY.length);
  });

  test.each([
    ['is cut off', gzipSync(BODY).subarray(0, -9), 'gzip'],
    ...ALL.map(
      ([name, bytes, encoding]) =>
        [
          `is followed by other bytes (${name})`,
          Buffer.concat([bytes, Buffer.from('lamp')]),
          encoding,
        ] as const,
    ),
    ['is no deflate', BODY, 'deflate'],
    ['is no br', BODY, 'br'],
  ])('that %s may pass, and is called what it is', async (_, bytes, encoding) => {
    await expect(read(bytes, encoding)).rejects.toMatchObject({
      name: 'TransientError',
      code: 'SERVER_ERROR',
      message: expect.stringContaining('cases/ could not be decompressed: '),
    });
  });
});

test('an empty body is empty, whatever its header says', async () => {
  for (const encoding of ['gzip', 'deflate', 'br'])
    expect(await read(Buffer.alloc(0), encoding)).toHaveLength(0);
});

test('a body uses the buffer of an earlier one once it is given back, and no other', () => {
  const buffers = new BodyBuffers();
  const gather = (text: string): Buffer => {
    const gatherer = new BodyGatherer(text.length, 1_000_000, 'cases/', buffers);
    gatherer.add(Buffer.from(text));
    return gatherer.body();
  };
  const first = gather('the first body');
  const second = gather('the second');
  expect(second.buffer).not.toBe(first.buffer);
  buffers.giveBack(first);
  const third = gather('the third one');
  expect(third.buffer).toBe(first.buffer);
  expect(gather('the fourth').buffer).not.toBe(first.buffer);
  expect([second.toString(), third.toString()]).toEqual(['the second', 'the third one']);
  buffers.giveBack(third);
  expect(gather('one that is longer than the first body').toString()).toBe(
    'one that is longer than the first body',
  );
});
