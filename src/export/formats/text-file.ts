import { closeSync, constants, openSync, writeSync } from 'node:fs';

const BLOCK = 65_536;

export interface TextFile {
  readonly write: (text: string) => void;
  readonly close: () => void;
}

/** Writes a new file in blocks: a system call for each row would take most of the time. */
export function openTextFile(path: string): TextFile {
  const file = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o666);
  let block = '';
  const flush = (): void => {
    const bytes = Buffer.from(block);
    block = '';
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  };
  return {
    write(text) {
      block += text;
      if (block.length >= BLOCK) flush();
    },
    close() {
      try {
        flush();
      } finally {
        closeSync(file);
      }
    },
  };
}
