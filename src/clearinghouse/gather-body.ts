import { MirrorError } from '../errors.ts';

/** Puts the pieces of a body together as they come: keeping them until the end would take the memory of two bodies. */
export class BodyGatherer {
  #buffer: Buffer;
  #length = 0;
  readonly #most: number;
  readonly #source: string;

  /** `expected` is how many bytes to make room for at first; more than `most` fail with BODY_TOO_LARGE. */
  constructor(expected: number, most: number, source: string) {
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(expected, most)));
    this.#most = most;
    this.#source = source;
  }

  add(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > this.#most) {
      throw new MirrorError(
        'BODY_TOO_LARGE',
        `The answer to ${this.#source} is larger than ${this.#most} bytes.`,
      );
    }
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(this.#most, Math.max(length, this.#buffer.length * 2)));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    chunk.copy(this.#buffer, this.#length);
    this.#length = length;
  }

  /** What has come so far. */
  body(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}
