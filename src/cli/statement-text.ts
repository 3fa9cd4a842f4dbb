import { createReadStream } from 'node:fs';
import { decodeText } from '../config/decode-text.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { wordsOf } from '../lib/system-errors.ts';

/** No statement is longer; a device such as /dev/zero never ends. */
const MAX_BYTES = 16_000_000;

/** Reads a text until its writer ends it, however long that takes. `name` begins its messages. Fails with USAGE. */
export async function readStatementText(chunks: AsyncIterable<Buffer>, name: string): Promise<string> {
  const kept: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      kept.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_BYTES)
        throw new MirrorError('USAGE', `${name} holds more than 16 MB, which is no statement.`);
    }
  } catch (cause) {
    if (cause instanceof MirrorError) throw cause;
    throw new MirrorError('USAGE', `${name} cannot be read: ${wordsOf(cause)}.`, { cause });
  }
  return decodeText(Buffer.concat(kept), name);
}

/** Reads a file that may be a pipe, as in `--file <(generate)`, or may have no end. Fails with USAGE. */
export function readStatementFile(path: string): Promise<string> {
  return readStatementText(createReadStream(path) as AsyncIterable<Buffer>, path);
}
