import { type Hash, createHash } from 'node:crypto';
import type { Value } from './columns.ts';

/** Text that is hashed at once: an update costs more than to hash a line. */
const BLOCK = 65_536;

/** A hash of rows that depends on their values alone, whatever the format, the compressor and the version of Node. */
export class ContentHash {
  readonly #hash: Hash = createHash('sha256');
  #pending = '';
  rows = 0;

  addRow(values: readonly Value[]): void {
    let line = '';
    for (const value of values) line += `${line === '' ? '' : ','}${toJson(value)}`;
    this.addLine(line);
  }

  addLine(line: string): void {
    this.rows++;
    this.#pending += `${line}\n`;
    if (this.#pending.length >= BLOCK) this.#flush();
  }

  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #flush(): void {
    this.#hash.update(this.#pending);
    this.#pending = '';
  }
}

function toJson(value: Value): string {
  if (typeof value === 'bigint') return value.toString();
  return JSON.stringify(value);
}
