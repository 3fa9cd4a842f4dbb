import { spawn, type ChildProcess } from 'node:child_process';

export interface Script {
  readonly name: string;
  /** For the shell. */
  readonly command: string;
}

export interface Lanes {
  /** Resolves when all have ended, with the names of those that failed, were killed or were not begun. */
  readonly failed: Promise<readonly string[]>;
  /** Ends all that run, with all that they have started, and begins no more. */
  readonly stop: (signal: NodeJS.Signals) => void;
}

const MINUTE_MS = 60_000;

/**
 * Runs lanes of scripts side by side, those of a lane one after another whatever became of the one before. What a script
 * says is passed on in one piece when it has ended, below a line that names it. Another line says when it begins, and one a minute
 * what still runs.
 */
export function runLanes(lanes: readonly (readonly Script[])[], write: (text: string) => void): Lanes {
  const running = new Map<ChildProcess, string>();
  const failed: string[] = [];
  let stoppedBy: NodeJS.Signals | null = null;

  const run = async ({ name, command }: Script): Promise<void> => {
    const begun = Date.now();
    // A group of its own, so that what it starts can be ended with it.
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    running.set(child, name);
    write(`begun: ${name}\n`);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    const failure = await new Promise<string | null>((resolve) => {
      child.once('error', ({ message }) => {
        resolve(message);
      });
      child.once('close', (code, signal) => {
        resolve(code === 0 ? null : signal === null ? `exit ${String(code)}` : `killed by ${signal}`);
      });
    });
    running.delete(child);
    if (failure !== null) failed.push(name);
    const seconds = `${((Date.now() - begun) / 1000).toFixed(0)} s`;
    const line = failure === null ? `ok: ${name}, ${seconds}` : `FAILED: ${name}, ${seconds}: ${failure}`;
    write(`${[line, output.trim()].filter(Boolean).join('\n')}\n`);
  };

  const pass = async (scripts: readonly Script[]): Promise<void> => {
    for (const script of scripts)
      if (stoppedBy === null) await run(script);
      else failed.push(script.name);
  };
  const begunAt = Date.now();
  const sign = setInterval(() => {
    const minutes = Math.round((Date.now() - begunAt) / MINUTE_MS);
    write(`after ${minutes} min, still running: ${[...running.values()].join(', ')}\n`);
  }, MINUTE_MS);
  return {
    failed: Promise.all(lanes.map(pass)).then(() => {
      clearInterval(sign);
      return failed;
    }),
    stop: (signal) => {
      stoppedBy = signal;
      for (const { pid } of running.keys()) if (pid !== undefined) endGroup(pid, signal);
    },
  };
}

/** A group that has just ended is no failure: the others still have to be ended. */
function endGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
  }
}
