import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import type { Results } from './contenders.ts';
import { renderResults } from './render-results.ts';

const PAGE = new URL('../docs/performance.md', import.meta.url);
const RAW = new URL('../docs/performance.json', import.meta.url);

/** Keeps the results in the documentation: the page for people, every single figure beside it. */
export async function writeResults(results: Results): Promise<void> {
  const options = await resolveConfig(PAGE);
  writeFileSync(RAW, await format(JSON.stringify(results), { ...options, parser: 'json' }));
  const page = fillInResults(readFileSync(PAGE, 'utf8'), results);
  writeFileSync(PAGE, await format(page, { ...options, parser: 'markdown' }));
}

export function fillInResults(page: string, results: Results): string {
  const part = /(<!-- generated: results -->\n)[^]*?(<!-- end: results -->)/;
  if (!part.test(page)) throw new Error('docs/performance.md has no generated part "results"');
  return page.replace(
    part,
    (_, begin: string, end: string) => `${begin}\n${renderResults(results)}\n\n${end}`,
  );
}
