const MOST_LETTERS = 80;
/** How much of what two long texts have in common is shown before they part. */
const LEAD = 20;

/** A value as a finding tells it: short, whatever its length. Undefined is what is not there at all. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return toLiteral(value, text.slice(0, MOST_LETTERS), '', text.length > MOST_LETTERS ? '…' : '');
}

/** Two values that differ; of long texts the part from shortly before the first difference. */
export function showDifference(expected: unknown, found: unknown): { expected: string; found: string } {
  if (typeof expected !== 'string' || typeof found !== 'string') {
    return { expected: show(expected), found: show(found) };
  }
  let same = 0;
  while (same < expected.length && expected[same] === found[same]) same++;
  const from = same > MOST_LETTERS - LEAD ? same - LEAD : 0;
  const cut = (text: string): string =>
    toLiteral(
      text,
      text.slice(from, from + MOST_LETTERS),
      from > 0 ? '…' : '',
      text.length > from + MOST_LETTERS ? '…' : '',
    );
  return { expected: cut(expected), found: cut(found) };
}

function toLiteral(value: unknown, text: string, before: string, after: string): string {
  return before + (typeof value === 'string' ? JSON.stringify(text) : text) + after;
}
