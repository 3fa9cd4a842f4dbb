import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { formatText } from '../scripts/format-text.ts';
import type { Results, Setting } from './contenders.ts';
import { renderResults } from './render-results.ts';

const PAGE = new URL('../docs/performance.md', import.meta.url);
const RAW = new URL('../docs/performance.json', import.meta.url);

/** Writes the results to the documentation: a page for people, and every figure beside it. New results replace only those of the same settings. */
export async function writeResults(measured: Results): Promise<void> {
  const before = existsSync(RAW) ? (JSON.parse(readFileSync(RAW, 'utf8')) as Results) : null;
  const results = mergeResults(before, measured);
  writeFileSync(RAW, await formatText(RAW.pathname, JSON.stringify(results)));
  const page = fillInResults(readFileSync(PAGE, 'utf8'), results);
  writeFileSync(PAGE, await formatText(PAGE.pathname, page));
}

/** The new results, and the earlier results for sizes and latencies that were not measured now. */
export function mergeResults(before: Results | null, now: Results): Results {
  const isNew = (one: Setting): boolean =>
    now.settings.some(({ cases, latencyMs }) => cases === one.cases && latencyMs === one.latencyMs);
  const kept = (before?.settings ?? []).filter((one) => !isNew(one));
  const settings = [...now.settings, ...kept].sort(
    (one, other) => one.latencyMs - other.latencyMs || one.cases - other.cases,
  );
  return { machine: now.machine, settings, layers: now.layers ?? before?.layers ?? null };
}

export function fillInResults(page: string, results: Results): string {
  const part = /(<!-- generated: results -->\n)[^]*?(<!-- end: results -->)/;
  if (!part.test(page)) throw new Error('docs/performance.md has no generated part "results"');
  return page.replace(
    part,
    (_, begin: string, end: string) => `${begin}\n${renderResults(results)}\n\n${end}`,
  );
}
