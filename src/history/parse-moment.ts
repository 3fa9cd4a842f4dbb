import { MirrorError } from '../errors.ts';

/** A moment as a person names it: a run, a day (UTC), or an exact time. */
export type Moment =
  | { readonly kind: 'run'; readonly runId: number }
  | { readonly kind: 'day'; readonly day: string }
  | { readonly kind: 'instant'; readonly at: Date };

const HINT =
  'Give the number of a run (7), a day (2026-03-01, in UTC), or a time with its zone (2026-03-01T03:17:00Z).';

/** Understands `DATE|RUN`: a whole number is a run, YYYY-MM-DD a day, an ISO timestamp a time. Fails with USAGE. */
export function parseMoment(text: string): Moment {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return { kind: 'run', runId: parseRunId(trimmed, text) };
  const [, day, rest] = /^(\d{4}-\d{2}-\d{2})(?:([Tt ].*))?$/.exec(trimmed) ?? [];
  if (day === undefined) throw refuse(text, 'is neither a run nor a date');
  if (!isRealDay(day)) throw refuse(text, 'is a day that does not exist');
  if (rest === undefined) return { kind: 'day', day };
  if (!/^[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2})$/.test(rest))
    throw refuse(text, 'is no time with a zone');
  const at = new Date(`${day}T${rest.slice(1).toUpperCase()}`);
  if (Number.isNaN(at.getTime())) throw refuse(text, 'is a time that does not exist');
  return { kind: 'instant', at };
}

function parseRunId(digits: string, text: string): number {
  const runId = Number(digits);
  if (runId < 1 || !Number.isSafeInteger(runId)) throw refuse(text, 'is no number of a run');
  return runId;
}

/** Date.parse takes 30 February for 2 March. */
function isRealDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00.000Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

function refuse(text: string, why: string): MirrorError {
  return new MirrorError('USAGE', `"${text}" ${why}.`, { hint: HINT });
}
