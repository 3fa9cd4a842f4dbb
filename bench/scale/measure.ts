import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a command used, with all processes that it started. */
export interface Usage {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** The most memory that all of them had at one moment, ten times a second. */
  readonly peakMb: number;
}

export interface Measured extends Usage {
  readonly stdout: string;
}

interface Process {
  readonly id: number;
  readonly parent: number;
  readonly ticks: number;
  readonly pages: number;
}

/** A command that takes longer is ended, so that one that hangs does not stop the rest. */
const MAX_MS = 30 * 60_000;

/** Linux counts CPU time in hundredths of a second, and memory in pages of 4 kB. */
const [TICKS_A_SECOND, PAGES_A_MB] = [100, 256];

/** Runs a command to its end. Fails if it fails. Reads /proc, so it needs Linux. */
export async function measure(
  program: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const begun = performance.now();
  const child = spawn(program, args, {
    env: { ...process.env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err]: Buffer[][] = [[], []];
  child.stdout.on('data', (bytes: Buffer) => out?.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => err?.push(bytes));
  const ended = once(child, 'close');
  const ticks = new Map<number, number>();
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    const running = listTree(child.pid ?? 0);
    for (const one of running) ticks.set(one.id, one.ticks);
    peak = Math.max(
      peak,
      running.reduce((sum, { pages }) => sum + pages, 0),
    );
    if (performance.now() - begun > MAX_MS) for (const { id } of running) end(id);
    await Promise.race([ended, sleep(100)]);
  }
  await ended;
  const toText = (chunks: Buffer[] | undefined): string => Buffer.concat(chunks ?? []).toString();
  if (child.exitCode !== 0) throw new Error(`${program} ${args.join(' ')}\n${toText(err).slice(-1500)}`);
  return {
    stdout: toText(out),
    wallSeconds: (performance.now() - begun) / 1000,
    cpuSeconds: [...ticks.values()].reduce((sum, one) => sum + one, 0) / TICKS_A_SECOND,
    peakMb: Math.round(peak / PAGES_A_MB),
  };
}

function end(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** A process and those that it started, and so on. */
function listTree(root: number): Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess);
  const found = new Set([root]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const { id, parent } of all) if (found.has(parent)) found.add(id);
  }
  return all.filter(({ id }) => found.has(id));
}

function readProcess(name: string): Process[] {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    // The name of the program, in parentheses, may have blanks.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [parent, user, system, pages] = [fields[1], fields[11], fields[12], fields[21]].map(Number);
    return [{ id: Number(name), parent: parent ?? 0, ticks: (user ?? 0) + (system ?? 0), pages: pages ?? 0 }];
  } catch {
    return []; // It has ended.
  }
}
