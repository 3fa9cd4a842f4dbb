import { toLocalMinute, toZoneName } from '../../lib/local-time.ts';
import { type Html, html } from './html.ts';

/** A stored time in the zone of the reader, and for programs as it is stored. */
export function renderTime(timestamp: string, timeZone: string): Html {
  const text = `${toLocalMinute(timestamp, timeZone)} ${toZoneName(timestamp, timeZone)}`;
  return html`<time datetime="${timestamp}">${text}</time>`;
}

/** The same, if there is a time. */
export function renderMaybeTime(timestamp: string | null, timeZone: string): Html | string {
  return timestamp === null ? '–' : renderTime(timestamp, timeZone);
}

/** The day of a date that the API sent, which can be any text. */
export function toDay(date: string | null | undefined): string {
  const text = (date ?? '').trim();
  return /^\d{4}-\d{2}-\d{2}/.test(text) ? text.slice(0, 10) : text;
}
