import { toPlainText } from '../../cases/plain-text.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { toCellText } from './cell-text.ts';
import { renderPlural } from './units.ts';

const HEAD_FIELDS = [
  'case_ongoing',
  'case_status',
  'court',
  'state',
  'filing_date',
  'terminating_date',
  'prevailing_party',
] as const;
const LIST_FIELDS = ['case_types', 'causes', 'issues', 'special_collections', 'attorney_orgs'] as const;
const NEWEST_ENTRIES = 5;

/** A case as a person reads it: what it is, what it is about, its newest docket entries, its summary. */
export function renderCase(payload: JsonObject): string {
  const lines = [`${textOf(payload.name) || '(no name)'}  (case ${JSON.stringify(payload.id)})`, ''];
  for (const field of HEAD_FIELDS) {
    const text = textOf(payload[field]);
    if (text !== '') lines.push(`${field.padEnd(20)} ${text}`);
  }
  for (const field of LIST_FIELDS) {
    const value = payload[field];
    const texts = Array.isArray(value) ? value.map(textOf).filter((text) => text !== '') : [];
    if (texts.length > 0) lines.push(`${field.padEnd(20)} ${texts.join('; ')}`);
  }
  const link = textOf(payload.clearinghouse_link);
  if (link !== '')
    lines.push(`${'clearinghouse_link'.padEnd(20)} ${link.includes('://') ? link : `https://${link}`}`);
  lines.push(...renderDocket(payload.main_docket));
  if (typeof payload.summary === 'string') {
    const paragraphs = toPlainText(payload.summary).split('\n').map(toCellText);
    lines.push('', 'Summary', '', ...paragraphs);
  }
  return `${lines.join('\n')}\n`;
}

function renderDocket(docket: JsonValue | undefined): string[] {
  if (!isJsonObject(docket)) return [];
  const entries = Array.isArray(docket.docket_entries) ? docket.docket_entries.filter(isJsonObject) : [];
  const newest = entries
    .filter((entry) => typeof entry.date_filed === 'string')
    .sort((a, b) => (textOf(a.date_filed) < textOf(b.date_filed) ? 1 : -1))
    .slice(0, NEWEST_ENTRIES);
  return [
    '',
    `Docket ${textOf(docket.docket_number_manual)} (${renderPlural(entries.length, 'entry', 'entries')}${newest.length === 0 ? '' : ', newest first'})`,
    ...newest.map(
      (entry) => `  ${textOf(entry.date_filed).slice(0, 10)}  ${textOf(entry.description).slice(0, 160)}`,
    ),
  ];
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? toCellText(value).trim() : '';
}
