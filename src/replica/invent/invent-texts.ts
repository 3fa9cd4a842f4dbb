import type { CaseDraw } from './case-draw.ts';
import type { TextField } from './case-profile.ts';
import { PLAINTIFF_SENTENCES, SHORT_SENTENCES, SUMMARY_SENTENCES } from './invented-phrases.ts';
import { type Cast, composeText, cutPhrases } from './invented-text.ts';
import { type Random } from './random.ts';

const PARAGRAPHS = cutPhrases(SUMMARY_SENTENCES);
const SHORT = cutPhrases(SHORT_SENTENCES);
const PLAINTIFFS = cutPhrases(PLAINTIFF_SENTENCES);
const NON_BREAKING_SPACE = '\u00a0';

/** An HTML summary of roughly the given length: paragraphs, now and then an empty one or none at all. */
export function inventSummary(draw: CaseDraw, cast: Cast): string {
  const { random } = draw;
  const length = draw.length('summary');
  if (length < 60) return 'Pending.';
  if (random.chance(0.06)) return composeText(random, SHORT, cast, length, '\r\n');
  let html = '';
  while (html.length + 60 < length) {
    const paragraph = Math.min(250 + random.below(900), length - html.length - 8);
    html += `${html === '' ? '' : '\n'}<p>${composeText(random, PARAGRAPHS, cast, paragraph, ' ')}</p>`;
    if (random.chance(0.08)) html += '\n<p>&nbsp;</p>';
  }
  return html;
}

/** A short text; some end in a blank, a few have a non-breaking space in them. */
export function inventShortText(draw: CaseDraw, field: 'summary_short' | 'summary_tiny', cast: Cast): string {
  const { random } = draw;
  const most = field === 'summary_tiny' ? 256 : Infinity;
  const text = composeText(random, SHORT, cast, Math.min(most, draw.length(field) + 25), ' ');
  return roughen(random, text).slice(0, most);
}

export function inventPlaintiffs(draw: CaseDraw, cast: Cast): string {
  return composeText(draw.random, PLAINTIFFS, cast, draw.length('plaintiff_description') + 5, ' ');
}

/** Free words for the "other" fields. */
export function inventRemark(
  draw: CaseDraw,
  field: TextField & ('cause_other' | 'relief_nature_other'),
): string {
  const remark = `Invented ${draw.random.pick(['Lamp', 'Ferry', 'Fog', 'Bell', 'Pier', 'Toll'])} Code § ${1 + draw.random.below(900)}`;
  return `${remark}; `.repeat(Math.ceil(draw.length(field) / (remark.length + 2))).slice(0, -2);
}

export function inventPayment(random: Random): string {
  const amount = Math.round(10 ** (3 + random.share() * 4.5));
  const grouped = String(amount).replace(/\B(?=(\d{3})+$)/g, ',');
  return random.pick([String(amount), `$${grouped}`, `${grouped}.00`, `$${grouped}`]);
}

function roughen(random: Random, text: string): string {
  const blank = random.chance(0.1) ? ' ' : '';
  return `${random.chance(0.03) ? text.replace(' ', NON_BREAKING_SPACE) : text}${blank}`;
}
