const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A line, without what ends it, and where in the input it begins. */
export interface Line {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** The lines of an input that comes in chunks. No more than one line is held. */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line, void, void> {
  let pieces: Buffer[] = [];
  let offset = 0;
  const takeLine = (): Line => {
    const bytes = Buffer.concat(pieces);
    pieces = [];
    return { offset, bytes: bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes };
  };
  let read = 0;
  for await (const chunk of chunks) {
    let begin = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, begin)) {
      pieces.push(chunk.subarray(begin, end));
      yield takeLine();
      begin = end + 1;
      offset = read + begin;
    }
    if (begin < chunk.length) pieces.push(chunk.subarray(begin));
    read += chunk.length;
  }
  if (pieces.length > 0) yield takeLine();
}
