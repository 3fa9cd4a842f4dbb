import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HALF_CASES_SQL } from './half-cases.ts';

const SCRIPT = fileURLToPath(new URL('./read-on.js', import.meta.url));
/** Makes Node load the TypeScript sources. */
const TSX = new URL('../../node_modules/tsx/dist/loader.mjs', import.meta.url).href;

/** A process that reads a mirror until its end is requested. */
export interface Reader {
  /** Resolves when it has begun and ended another full turn, or has failed. */
  readonly turn: () => Promise<void>;
  /** Resolves when it has ended by itself. */
  readonly failed: () => Promise<void>;
  /** Requests its end, and returns how it ended. */
  readonly end: () => Promise<ReaderEnding>;
}

export interface ReaderEnding {
  readonly exitCode: number | null;
  readonly stderr: string;
  /** The number of different states that it saw, and the number of turns. */
  readonly states: number;
  readonly turns: number;
}

/** Starts a reader that pauses for `pauseMs` between two turns. */
export function startReader(database: string, pauseMs = 0): Reader {
  const child = spawn(process.execPath, ['--import', TSX, SCRIPT], {
    env: { PATH: process.env.PATH, DATABASE: database, HALF_CASES_SQL, PAUSE_MS: String(pauseMs) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const states = new Set<string>();
  const waiting = new Set<{ turnsLeft: number; resolve: () => void }>();
  let stderr = '';
  let turns = 0;
  let isOver = false;
  const passTurn = (line: string): void => {
    states.add(line);
    turns++;
    for (const one of waiting) if (--one.turnsLeft === 0) one.resolve();
  };
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString()}`.split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(passTurn);
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  // A reader that has failed no longer reads its input.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (exitCode) => {
      isOver = true;
      for (const one of waiting) one.resolve();
      resolve(exitCode);
    });
  });
  return {
    turn: () =>
      new Promise((resolve) => {
        // The current turn began earlier, so the turn after it is the first full one.
        if (isOver) resolve();
        else waiting.add({ turnsLeft: 2, resolve });
      }),
    failed: () => ended.then(() => undefined),
    end: async () => {
      child.stdin.end();
      const exitCode = await ended;
      return { exitCode, stderr, states: states.size, turns };
    },
  };
}
