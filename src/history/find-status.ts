import { listClosest, suggestNames } from '../closest-names.ts';
import { ONGOING_STATUSES } from '../clearinghouse/ongoing-status.ts';
import { MirrorError } from '../errors.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import { NO_STATUSES } from './list-transitions.ts';

/** The status that a person means: an id or a label, of any case, or one of {@link NO_STATUSES}. Fails with USAGE. */
export function findStatus({ sqlite }: Mirror, text: string): string {
  const wanted = text.trim().toLowerCase();
  const known = ONGOING_STATUSES.find(
    ({ id, label }) => String(id) === wanted || label.toLowerCase() === wanted,
  )?.label;
  if (known !== undefined) return known;
  const seen = sqlite
    .prepare<[], string>('SELECT DISTINCT case_ongoing FROM cases WHERE case_ongoing IS NOT NULL')
    .pluck()
    .all();
  const found = [...Object.values(NO_STATUSES), ...seen].find((label) =>
    [label.toLowerCase(), label.toLowerCase().replace(/^\((.*)\)$/, '$1')].includes(wanted),
  );
  if (found !== undefined) return found;
  const labels = [...ONGOING_STATUSES.map(({ label }) => label), ...Object.keys(NO_STATUSES)];
  throw new MirrorError('USAGE', `There is no status "${text}".`, {
    hint: toHint(text, labels),
  });
}

function toHint(text: string, labels: readonly string[]): string {
  const quote = (label: string): string => `"${label}"`;
  const suggested = suggestNames(listClosest(text, labels, 1).map(quote));
  const all = `Give one of ${labels.map(quote).join(', ')}.`;
  return suggested === null ? all : `${suggested} ${all}`;
}
