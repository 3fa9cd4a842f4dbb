import { readFileSync } from 'node:fs';
import type { Results } from '../../bench/contenders.ts';
import { costOf, ratioOf } from '../../bench/figures.ts';
import type { RunOnDemo } from './show-demo.ts';

const README = new URL('../../README.md', import.meta.url);
const RESULTS = new URL('../../docs/performance.json', import.meta.url);

const MAX_LINES_OF_CHANGES = 5;

/**
 * README.md with the output of its queries and of `changes` on the mirror of the demo, and with the measured figures. Generated are
 * the text block after each SQL block, the text block of "What changed", and the paragraph that begins with "A first sync of".
 */
export async function renderReadme(run: RunOnDemo): Promise<string> {
  let page = await fillInResults(readFileSync(README, 'utf8'), run);
  const changes = (await run('changes')).split('\n').slice(0, MAX_LINES_OF_CHANGES).join('\n');
  page = fillIn(page, /(## What changed\n[^]*?```text\n)[^]*?(```)/, `${changes}\n  …\n`);
  return fillIn(page, /(\n\n)A first sync of [^]*?(\n\n## )/, renderPerformance());
}

async function fillInResults(page: string, run: RunOnDemo): Promise<string> {
  let filled = '';
  let end = 0;
  for (const match of page.matchAll(/(```sql\n([^]*?)```\n\n```text\n)[^]*?```/g)) {
    const [all, before = '', sql = ''] = match;
    filled += `${page.slice(end, match.index)}${before}${await run('query', sql)}\`\`\``;
    end = match.index + all.length;
  }
  return filled + page.slice(end);
}

function fillIn(page: string, place: RegExp, text: string): string {
  if (!place.test(page)) throw new Error(`README.md has no place for generated text: ${place.source}`);
  return page.replace(place, (_, before: string, after: string) => `${before}${text}${after}`);
}

/** The largest collection without latency, in a sentence or two. */
function renderPerformance(): string {
  const { machine, settings } = JSON.parse(readFileSync(RESULTS, 'utf8')) as Results;
  const largest = settings
    .filter(({ latencyMs }) => latencyMs === 0)
    .reduce((one, other) => (other.cases > one.cases ? other : one));
  const first = ratioOf(largest, 'ours first', 'floor first', 'wallMs');
  const unchanged = ratioOf(largest, 'ours unchanged', 'floor again', 'wallMs');
  const peak = Math.max(
    ...(['ours first', 'ours unchanged', 'ours 1 % changed'] as const).map((one) =>
      costOf(largest, one, 'peakBytes'),
    ),
  );
  const [node = ''] = /^Node \d+/.exec(machine) ?? [];
  const [size, json] = [largest.cases.toLocaleString('en'), Math.round(largest.jsonBytes / 1e6)];
  return `A first sync of ${size} cases (${json} MB of JSON) takes ${first.toFixed(2)} times as long as the floor: a minimal script that stores the same pages,
without history or checks. A sync that finds nothing new takes ${unchanged.toFixed(2)} times as long. On ${node}, both use less than ${Math.ceil(peak / 1e6)} MB of memory ([all figures](docs/performance.md)).`;
}
