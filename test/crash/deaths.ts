import type { Random } from '../../fake-api/invent/random.ts';

/** When a process is to die: at a write, or some time after something that is seen from outside. */
export type Death =
  | { readonly at: 'write'; readonly label: string; readonly occurrence: number }
  /** `request` counts from 1; 0 is the moment in which the process makes the file of the writer's lock. */
  | { readonly at: 'instant'; readonly request: number; readonly delayMs: number };

/** Creating the file takes a while in which nothing is asked for; between two requests there is little time. */
const MAX_DELAY_MS = { start: 200, request: 40 };
const SHARE_OF_STARTS = 0.25;

/** The first, a middle and the last time that each write comes in a run. */
export function listWriteDeaths(labels: readonly string[]): Death[] {
  return [...countLabels(labels)].flatMap(([label, count]) =>
    [...new Set([1, Math.ceil(count / 2), count])].map((occurrence): Death => ({
      at: 'write',
      label,
      occurrence,
    })),
  );
}

/** How often each label comes, in the order in which they come first. */
export function countLabels(labels: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** Instants spread over a run of so many requests, its start included. */
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

/** A death in words, which {@link parseDeath} understands. */
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
