import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HALF_CASES_SQL } from './half-cases.ts';

const SCRIPT = fileURLToPath(new URL('./read-on.js', import.meta.url));
/** Has Node load the sources. */
const TSX = new URL('../../node_modules/tsx/dist/loader.mjs', import.meta.url).href;

/** A process that reads a mirror until it is told to end. */
export interface Reader {
  /** Resolves when it has begun and ended a whole turn from now on, or has failed. */
  readonly turn: () => Promise<void>;
  /** Resolves when it has ended without being told to. */
  readonly failed: () => Promise<void>;
  /** Tells it to end, and returns how it did. */
  readonly end: () => Promise<ReaderEnding>;
}

export interface ReaderEnding {
  readonly exitCode: number | null;
  readonly stderr: string;
  /** How many different states it saw, and in how many turns. */
  readonly states: number;
  readonly turns: number;
}

/** `pauseMs` is how long it rests between two turns. */
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
  // A reader that has failed hears nothing any more.
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
        // The turn in hand began before; the one after it has begun since.
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
