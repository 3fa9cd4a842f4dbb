import {
  type MessagePort,
  MessageChannel,
  Worker,
  receiveMessageOnPort,
  workerData,
} from 'node:worker_threads';
import { isSqliteError } from '../db/errors.ts';
import { type Mirror, openMirrorReadOnly } from '../db/open-mirror.ts';
import { identifyFile } from '../lib/files.ts';
import { PACKAGE_FOLDER } from '../lib/package-info.ts';
import { keepNewSpaceSmall } from '../lib/heap.ts';
import { CASES_AT_ONCE, type PlainCase, preparePlainCases } from './plain-cases.ts';
import { findCircumstances } from './stored-rows.ts';

/*
 * A second thread proves cases in the short way, from the newest id downwards, while the first checks the file and then
 * proves cases upwards. The first thread decides: it lists the cases, asks for each whether it is proven already, and
 * proves every other one itself. It never waits. So a second thread that ends early, or never starts, costs time and
 * changes no result.
 */

/** A proven case, or null for one that must be checked individually. */
export type Proof = readonly [id: number, plain: PlainCase | null];

/** What the second thread has proven. */
export interface ProvenElsewhere {
  /** Removes and returns what is known about a case; undefined if nothing is. */
  readonly take: (id: number) => PlainCase | null | undefined;
  /** Says that the first thread proves the cases up to this id. */
  readonly moveTo: (id: number) => void;
  /** The number of cases that wait to be taken. */
  readonly count: () => number;
}

export interface SecondThread extends ProvenElsewhere {
  /** Stops the thread and waits for its end. Returns why it failed; null if it did not. */
  readonly end: () => Promise<unknown>;
}

/** What the second thread is given. */
interface Task {
  readonly path: string;
  readonly file: string;
  readonly port: MessagePort;
  readonly position: BigInt64Array<SharedArrayBuffer>;
}

/** The file that the build creates from this one. */
const THREAD = new URL('dist/verify-thread.js', PACKAGE_FOLDER);

/**
 * Starts to prove the cases of a mirror in a second thread. The mirror has no open transaction. Where no thread can
 * start, nothing is proven, and `end` says why.
 */
export function startSecondThread({ path }: Mirror, thread = THREAD): SecondThread {
  try {
    return startWorker(path, thread);
  } catch (error) {
    const never = { take: () => undefined, moveTo: () => undefined, count: () => 0 };
    return { ...never, end: () => Promise.resolve(error) };
  }
}

function startWorker(path: string, thread: URL): SecondThread {
  const position = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  const moveTo = (id: number): void => {
    Atomics.store(position, 0, BigInt(id));
  };
  moveTo(Number.MIN_SAFE_INTEGER);
  const { port1, port2 } = new MessageChannel();
  const task: Task = { path, file: identifyFile(path), port: port2, position };
  const worker = new Worker(thread, { workerData: task, transferList: [port2] });
  let failure: unknown = null;
  worker.on('error', (error) => {
    failure = error;
  });
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      if (code !== 0) failure ??= new Error(`it ended with exit code ${code}`);
      resolve();
    });
  });
  return {
    ...collectProofs(() => receiveMessageOnPort(port1)?.message as readonly Proof[] | undefined),
    moveTo,
    end: async () => {
      moveTo(Number.MAX_SAFE_INTEGER);
      await ended;
      port1.close();
      return failure;
    },
  };
}

/** Keeps the proofs that `receive` returns until they are taken. */
export function collectProofs(
  receive: () => readonly Proof[] | undefined,
): Pick<ProvenElsewhere, 'take' | 'count'> {
  const proven = new Map<number, PlainCase | null>();
  const receiveAll = (): void => {
    for (let proofs = receive(); proofs !== undefined; proofs = receive())
      for (const [id, plain] of proofs) proven.set(id, plain);
  };
  return {
    take: (id) => {
      receiveAll();
      const plain = proven.get(id);
      proven.delete(id);
      return plain;
    },
    count: () => {
      receiveAll();
      return proven.size;
    },
  };
}

/** What the second thread executes. */
export function runSecondThread({ path, file, port, position }: Task): void {
  const refuseReplaced = (): void => {
    if (identifyFile(path) !== file) throw new Error(`${path} was replaced while it was verified.`);
  };
  // Before too: to open another file with the log of the first would take the log's memory from the first thread.
  refuseReplaced();
  const mirror = openMirrorReadOnly(path);
  try {
    refuseReplaced();
    proveDownwards(
      mirror,
      (id) => BigInt(id) > Atomics.load(position, 0),
      (proofs) => {
        port.postMessage(proofs);
      },
    );
  } finally {
    mirror.close();
  }
}

/**
 * Proves cases from the highest id downwards, as long as `isWanted` says so of the lowest id of the next ones. Ends
 * without an error where SQLite cannot read on: the first thread finds the damage.
 */
export function proveDownwards(
  mirror: Mirror,
  isWanted: (id: number) => boolean,
  report: (proofs: readonly Proof[]) => void,
): void {
  try {
    const prove = preparePlainCases(mirror, findCircumstances(mirror));
    const before = mirror.sqlite
      .prepare<[number, number], number>('SELECT id FROM cases WHERE id < ? ORDER BY id DESC LIMIT ?')
      .pluck();
    let lowest = Number.MAX_SAFE_INTEGER;
    for (;;) {
      const ids = before.all(lowest, CASES_AT_ONCE);
      const next = Math.min(...ids);
      // In a damaged file the order can be broken, and the lookups would never end.
      if (ids.length === 0 || next >= lowest || !isWanted(next)) return;
      lowest = next;
      const proven = prove(ids);
      if (proven !== null) report(ids.map((id, at) => [id, proven[at] ?? null]));
    }
  } catch (error) {
    if (!isSqliteError(error)) throw error;
  }
}

function isTask(data: unknown): data is Task {
  return typeof data === 'object' && data !== null && 'position' in data && 'port' in data;
}

// In the second thread itself, this module is the program.
if (isTask(workerData)) {
  keepNewSpaceSmall();
  runSecondThread(workerData);
}
