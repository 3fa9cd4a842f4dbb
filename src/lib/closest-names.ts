/** The distance of a name that contains the word, or is contained in it: less than one typo. */
const PART = 0.9;
/** A shorter part matches too many names, and so does a word that is less than this share of a name. */
const SHORTEST_PART = 3;
const LEAST_SHARE = 0.2;
/** A longer word is not a typo, and comparing it with each name would take too long. */
const MAX_WORD = 200;

/** The names that `word` may mean, the closest first. If none is close, those that start with the same words. */
export function listClosest(word: string, names: Iterable<string>, most = 3): string[] {
  const wanted = toBare(word);
  if (wanted === '' || wanted.length > MAX_WORD) return [];
  const ranked = [...new Set(names)]
    .map((name) => ({ name, distance: toDistance(wanted, toBare(name)) }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ name, distance }) => ({
      name,
      isClose: distance <= Math.max(1, wanted.length / 3),
      words: countCommonWords(wanted, toBare(name)),
    }));
  const close = ranked.filter(({ isClose }) => isClose);
  const maxWords = Math.max(1, ...ranked.map(({ words }) => words));
  const alike = close.length > 0 ? close : ranked.filter(({ words }) => words === maxWords);
  return alike.slice(0, most).map(({ name }) => name);
}

/** The number of words with which both names start: 2 for `retry_after_limit` and `retry_after_max`. */
function countCommonWords(one: string, other: string): number {
  const [words, others] = [one.split('_'), other.split('_')];
  const different = words.findIndex((word, at) => word !== others[at]);
  return different === -1 ? words.length : different;
}

/** "Did you mean a, b or c?"; null if there is no suggestion. */
export function suggestNames(names: readonly string[]): string | null {
  if (names.length === 0) return null;
  return `Did you mean ${joinWithOr(names)}?`;
}

/** "a, b, or c". */
export function joinWithOr(names: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(names);
}

/** Ignores case, spaces and hyphens. */
function toBare(name: string): string {
  return name
    .toLowerCase()
    .replace(/[\s_-]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

function toDistance(wanted: string, name: string): number {
  const slips = countSlips(wanted, name);
  return isPart(wanted, name) ? Math.min(slips, PART + Math.abs(name.length - wanted.length) / 1000) : slips;
}

function isPart(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (short.length < LEAST_SHARE * long.length) return false;
  if (leavesWordsOut(short, long)) return true;
  return `_${long}_`.includes(`_${short}_`) || (short.length >= SHORTEST_PART && long.includes(short));
}

/** Whether the short name is the long one without some of its words, as `clean_entries` is `clean_docket_entries`. */
function leavesWordsOut(short: string, long: string): boolean {
  const [words, all] = [short.split('_'), long.split('_')];
  return words.length > 1 && words.length < all.length && words.every((word) => all.includes(word));
}

/** The number of letters to insert, remove, replace or swap with a neighbor (Damerau-Levenshtein distance). */
export function countSlips(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      const isExchange = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      next.push(
        Math.min(
          Number(next[j - 1]) + 1,
          Number(row[j]) + 1,
          Number(row[j - 1]) + (isSame ? 0 : 1),
          isExchange ? Number(before[j - 2]) + 1 : Infinity,
        ),
      );
    }
    before = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}
