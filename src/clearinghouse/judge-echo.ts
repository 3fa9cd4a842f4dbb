import { MirrorError } from '../errors.ts';

/**
 * Judges a "No results" by the filter that it repeats: `No results for {'case_ongoing': '5022'}` says nothing of the
 * list of 5021. Returns what is wrong, or null where it repeats the filter that was asked for, or none.
 */
export function judgeEcho(words: string, asked: URL): MirrorError | null {
  const [, filter = ''] = /^No results for \{(.*)\}/.exec(words) ?? [];
  const pairs = [...filter.matchAll(/['"](\w+)['"]:\s*\[?\s*['"]?([^'",\]]*)/g)];
  const other = pairs.find(([, name = '', value = '']) => asked.searchParams.get(name) !== value);
  if (other === undefined) return null;
  const [, name = '', value = ''] = other;
  return new MirrorError(
    'ANOTHER_FILTER',
    `"No results" was said of ${name} ${value}, which is not what was asked for.`,
  );
}
