import { renderPlural } from '../../lib/layout.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { ERROR_KINDS, type ErrorCode, MirrorError } from '../../errors/mirror-error.ts';
import { PACKAGE_FOLDER } from '../../lib/package-info.ts';
import { toSafeWords } from '../../lib/safe-text.ts';
import type { ListForm } from '../addresses.ts';
import {
  type Answer,
  type PageRows,
  STOPS,
  type SearchTask,
  type StatementLimits,
  type StatementTask,
  type Stop,
} from './task.ts';

/** The file that the build creates from statement-process.ts. */
const PROGRAM = new URL('dist/statement-process.js', PACKAGE_FOLDER);

const MB = 1024 * 1024;
export const PAGE_LIMITS: StatementLimits = {
  milliseconds: 10_000,
  memory: 768 * MB,
  rows: 500,
  bytes: 140_000,
};
export const FILE_LIMITS: StatementLimits = {
  milliseconds: 120_000,
  memory: 768 * MB,
  rows: 1_000_000,
  bytes: 512 * MB,
};
/** Of a search that finds most cases. The rows of each case that the file has are looked up one after another. */
export const SEARCH_MILLISECONDS = 600_000;
/** Statements that may run at one time. More of them would take the processors from the pages. */
export const MOST_AT_ONCE = 2;
/** What V8 may take; SQLite has its own memory. */
const HEAP_MB = 256;
/** The process ends itself at its limit; this ends one that does not even start. */
const GRACE_MS = 3000;
/** The first line of a page has all of its rows. */
const MAX_LINE = 4 * MB;

/** Executes statements, and lists whole searches, each in a process of its own. */
export interface StatementRunner {
  /** The first rows of a result. Fails with QUERY_INVALID, QUERY_WRITES, QUERY_STOPPED or what opening the mirror throws. */
  readonly run: (sql: string, signal: AbortSignal, limits?: StatementLimits) => Promise<PageRows>;
  /** The whole result as a file. Fails like `run` before the first byte; afterwards the stream fails. */
  readonly open: (
    work: string | SearchTask,
    form: ListForm,
    signal: AbortSignal,
  ) => Promise<ReadableStream<Uint8Array>>;
  readonly close: () => void;
}

export function createStatementRunner(database: string, limitsOf: Partial<Limits> = {}): StatementRunner {
  const running = new Set<ChildProcess>();
  const { page, file } = { page: PAGE_LIMITS, file: FILE_LIMITS, ...limitsOf };

  /** Starts a process; it is killed when `signal` fires. */
  function start(task: StatementTask, signal: AbortSignal): Started {
    if (running.size >= MOST_AT_ONCE)
      throw new MirrorError(
        'QUERY_STOPPED',
        `${MOST_AT_ONCE} other statements or files of searches are running.`,
        {
          hint: 'Try again when they have ended.',
        },
      );
    if (!existsSync(PROGRAM)) throw new Error(`${fileURLToPath(PROGRAM)} is missing: build the program.`);
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, fileURLToPath(PROGRAM)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: toEnvironment(process.env),
      windowsHide: true,
    });
    running.add(child);
    let said = '';
    let stop: Stop | null = null;
    const end = (why: Stop): void => {
      stop = why;
      kill();
    };
    const kill = (): void => void child.kill('SIGKILL');
    const timer = setTimeout(() => {
      end('time');
    }, task.limits.milliseconds + GRACE_MS);
    signal.addEventListener('abort', kill);
    if (signal.aborted) kill();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-2000);
    });
    child.stdin.on('error', () => undefined); // it ended before it was told what to do
    child.stdin.end(JSON.stringify(task));
    const ended = new Promise<MirrorError | Error | null>((resolve) => {
      const finish = (failure: Error | null): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', kill);
        running.delete(child);
        resolve(failure);
      };
      child.once('error', finish);
      child.once('close', (code) => {
        finish(code === 0 ? null : toFailure(stop ?? said, task.limits, signal.aborted));
      });
    });
    return { child, ended, end };
  }

  return {
    async run(sql, signal, limits = page) {
      const { child, ended, end } = start({ database, work: sql, form: 'page', limits }, signal);
      let text = '';
      child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        if (text.length > MAX_LINE) end('bytes');
      });
      const failure = await ended;
      const answer = readAnswer(text);
      if (answer !== null && 'page' in answer) return answer.page;
      throw answer !== null && 'error' in answer
        ? toError(answer.error)
        : (failure ?? new Error('It said nothing.'));
    },
    async open(work, form, signal) {
      const limits = typeof work === 'string' ? file : { ...file, milliseconds: SEARCH_MILLISECONDS };
      const { child, ended } = start({ database, work, form, limits }, signal);
      const pieces = child.stdout?.[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
      let head = Buffer.alloc(0);
      while (!head.includes(10)) {
        const { value, done } = await pieces.next();
        if (done === true) break;
        head = Buffer.concat([head, value]);
      }
      const end = head.indexOf(10);
      const answer = readAnswer(head.subarray(0, Math.max(end, 0)).toString('utf8'));
      if (answer === null || !('file' in answer)) {
        const failure = await ended;
        throw answer !== null && 'error' in answer
          ? toError(answer.error)
          : (failure ?? new Error('It said nothing.'));
      }
      let rest: Buffer | null = head.length > end + 1 ? head.subarray(end + 1) : null;
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const { value, done } = rest === null ? await pieces.next() : { value: rest, done: false };
            rest = null;
            if (done !== true) {
              controller.enqueue(new Uint8Array(value));
              return;
            }
            const failure = await ended;
            if (failure === null) controller.close();
            else controller.error(failure);
          },
          cancel() {
            child.kill('SIGKILL');
          },
        },
        { highWaterMark: 1 },
      );
    },
    close() {
      for (const child of running) child.kill('SIGKILL');
    },
  };
}

interface Limits {
  readonly page: StatementLimits;
  readonly file: StatementLimits;
}

interface Started {
  readonly child: ChildProcess;
  /** Resolves with why it failed; null if it did not. */
  readonly ended: Promise<Error | null>;
  /** Kills the process, for a reason that the failure gives. */
  readonly end: (why: Stop) => void;
}

/** The process needs no setting and no secret of this one. */
function toEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    ['SystemRoot', 'NODE_PATH'].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
}

function readAnswer(text: string): Answer | null {
  const [line = ''] = text.split('\n', 1);
  try {
    return JSON.parse(line) as Answer;
  } catch {
    return null;
  }
}

function toError({ code, message, hint }: { code: string; message: string; hint: string }): Error {
  return Object.hasOwn(ERROR_KINDS, code)
    ? new MirrorError(code as ErrorCode, message, { hint })
    : new Error(message);
}

function toFailure(said: string, limits: StatementLimits, isAborted: boolean): Error {
  if (isAborted) return new MirrorError('QUERY_STOPPED', 'The reader left before the statement ended.');
  const stop = STOPS.find((one) => said === one);
  // V8 aborts when its own part of the memory is used up.
  if (stop === undefined && !/heap out of memory|^$/.test(said))
    return new Error(`The process of the statement failed: ${toSafeWords(said)}`);
  return new MirrorError('QUERY_STOPPED', `The statement was ended: ${toReason(stop ?? 'memory', limits)}.`);
}

function toReason(stop: Stop, { milliseconds, memory, rows, bytes }: StatementLimits): string {
  switch (stop) {
    case 'time':
      return `it took more than ${milliseconds / 1000} seconds`;
    case 'memory':
      return `it needed more than ${Math.round(memory / MB)} MB of memory`;
    case 'rows':
      return `its result has more than ${renderPlural(rows, 'row')}`;
    case 'bytes':
      return `its result has more than ${Math.round(bytes / MB)} MB`;
  }
}
