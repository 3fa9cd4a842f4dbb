import type { Random } from '../../fake-api/invent/random.ts';

/** When a process is killed: at a write, or some time after an event that can be observed from outside. */
export type Death =
  | { readonly at: 'write'; readonly label: string; readonly occurrence: number }
  /** `request` counts from 1; 0 is the time at which the process creates the file of the writer lock. */
  | { readonly at: 'instant'; readonly request: number; readonly delayMs: number };

/** Creating the database takes a while without requests. Between two requests there is little time. */
const MAX_DELAY_MS = { start: 200, request: 40 };
const SHARE_OF_STARTS = 0.25;

/** Deaths at the first, the middle and the last occurrence of each write in a run. */
export function listWriteDeaths(labels: readonly string[]): Death[] {
  return [...countLabels(labels)].flatMap(([label, count]) =>
    [...new Set([1, Math.ceil(count / 2), count])].map((occurrence): Death => ({
      at: 'write',
      label,
      occurrence,
    })),
  );
}

/** The number of occurrences of each label, in the order of their first occurrence. */
export function countLabels(labels: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** Deaths at random times during a run with this many requests, including its start. */
export function drawInstants(random: Random, count: number, requests: number): Death[] {
  return Array.from({ length: count }, (): Death => {
    const isStart = random.chance(SHARE_OF_STARTS);
    return {
      at: 'instant',
      request: isStart ? 0 : 1 + random.below(requests),
      delayMs: random.below(isStart ? MAX_DELAY_MS.start : MAX_DELAY_MS.request),
    };
  });
}

/** A death as text, which {@link parseDeath} parses. */
export function renderDeath(death: Death): string {
  return death.at === 'write'
    ? `${death.label} #${death.occurrence}`
    : `request ${death.request} + ${death.delayMs} ms`;
}

export function parseDeath(text: string): Death {
  const [, request, delayMs] = /^request (\d+) \+ (\d+) ms$/.exec(text) ?? [];
  if (request !== undefined) return { at: 'instant', request: Number(request), delayMs: Number(delayMs) };
  const [, label, occurrence] = /^(.+) #(\d+)$/.exec(text) ?? [];
  if (label === undefined) throw new RangeError(`Not a death: ${text}`);
  return { at: 'write', label, occurrence: Number(occurrence) };
}
