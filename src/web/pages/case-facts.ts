import { type CaseToTell, toCaseDocument, toRelatedName } from '../../cli/text/case.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../../lib/json.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import { ADDRESS } from '../addresses.ts';
import { type Content, type Html, html, join, linkTo } from '../html/html.ts';
import { type Fact, renderFacts, renderTable } from '../html/parts.ts';
import type { ValueFilter } from '../../search/filters.ts';
import { MAX_VALUE_LENGTH } from '../lists/cases.ts';

/** What the labels of a case mean. */
const MEANINGS: Readonly<Record<string, string>> = {
  Ongoing:
    'Whether the Clearinghouse says that the case still goes on. “Yes” and “No” are statements; the other values say that it is not known.',
  'Case status':
    'How far the Clearinghouse has worked on its record of the case. Of a case in process, an empty field means that it has not been entered yet.',
  Court: 'The court that hears the case, as the Clearinghouse names it.',
  Filed: 'The day on which the case was filed; the year if the day is not known.',
  Closed: 'The day on which the case ended; the year if the day is not known.',
  'Case types': 'The kind of case in the classification of the Clearinghouse.',
  Causes: 'The laws under which the case was brought, and clauses of the Constitution.',
  Issues: 'What the case is about, in the classification of the Clearinghouse.',
  Plaintiffs: 'Who brought the case, in the words of the Clearinghouse, and by kind.',
  Counsel: 'Organizations that represent the plaintiffs.',
  'Class action': 'Whether a class action was sought, and whether the court granted it.',
  'Prevailing party': 'Who won, as the Clearinghouse coded it.',
  Relief: 'What the winning side got: its kind, its source, its duration and payments.',
  'Available documents': 'The kinds of documents that the Clearinghouse has of the case.',
  Collections: 'Collections of the Clearinghouse that contain the case.',
  'Last checked':
    'When the Clearinghouse last checked its record. Coded fields can be older than the newest docket entries.',
  'In the mirror': 'The sync run that first stored the case here, and the one that last found a change.',
};

/** Shown as tables of their own. */
const ELSEWHERE = ['Defendants', 'Related cases', 'Link'];

/** Facts whose values lead to lists of the cases that share them. */
const LISTED: Readonly<Record<string, readonly [field: string, filter: ValueFilter]>> = {
  Ongoing: ['case_ongoing', 'ongoing'],
  Court: ['court', 'court'],
  State: ['state', 'state'],
  'Case types': ['case_types', 'case-type'],
  Issues: ['issues', 'issue'],
};

const MAX_FACT = 3000;
const MAX_LINKS = 60;

/** The facts of a case, and what they mean. */
export function renderCaseFacts(told: CaseToTell): Html {
  const facts = toCaseDocument(told).facts.filter(([label]) => !ELSEWHERE.includes(label));
  const explained = facts.flatMap(([label]) =>
    MEANINGS[label] === undefined ? [] : [{ label, value: MEANINGS[label] }],
  );
  return html`${renderFacts(facts.map(([label, text]): Fact => ({ label, value: toValue(label, text, told.payload) })))}
    <details>
      <summary>What these fields mean</summary>
      ${renderFacts(explained)}
    </details>`;
}

function toValue(label: string, text: string, payload: JsonObject): Content {
  const [field, filter] = LISTED[label] ?? [];
  if (field === undefined || filter === undefined) return clipLong(text);
  const value = payload[field];
  const texts = (Array.isArray(value) ? value : [value]).filter(
    (one): one is string => typeof one === 'string' && one.trim() !== '',
  );
  const links = texts
    .slice(0, MAX_LINKS)
    .map((one) =>
      linkTo(one.length > MAX_VALUE_LENGTH ? null : ADDRESS.cases({ [filter]: one }), clipText(one, 200)),
    );
  const rest = texts.length - links.length;
  return html`${join(links, '; ')}${rest > 0 ? ` and ${renderCount(rest)} more` : ''}`;
}

function clipLong(text: string): string {
  return text.length > MAX_FACT
    ? `${clipText(text, MAX_FACT)} (${renderCount(text.length)} characters, whole in the JSON)`
    : text;
}

const MAX_ROWS = 100;

const textOf = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? clipText(value, 300) : '';

/** The defendants, one a row. */
export function renderDefendants({ case_defendants }: JsonObject): Content {
  const defendants = Array.isArray(case_defendants) ? case_defendants.filter(isJsonObject) : [];
  if (defendants.length === 0) return null;
  const rest = defendants.length - MAX_ROWS;
  const column = (heading: string, ...fields: readonly string[]) => ({
    heading,
    cell: (one: JsonObject) =>
      fields
        .map((field) => textOf(one[field]))
        .filter((text) => text !== '')
        .join(', '),
  });
  return html`<section aria-labelledby="defendants">
    <h2 id="defendants">${renderPlural(defendants.length, 'defendant')}</h2>
    ${renderTable({
      caption: 'Defendants',
      isCaptionHidden: true,
      columns: [
        { ...column('Name', 'name'), isName: true },
        column('Institution', 'institution'),
        column('Place', 'institution_city', 'institution_county', 'institution_alt_state'),
        column('Level', 'defendant_level', 'defendant_level_other'),
      ],
      rows: defendants.slice(0, MAX_ROWS),
    })}
    ${rest > 0 ? html`<p>${renderPlural(rest, 'more defendant')}: whole in the JSON.</p>` : null}
  </section>`;
}

/** The related cases; `isHere` tells which of them the mirror has. */
export function renderRelated({ related_cases }: JsonObject, isHere: (id: number) => boolean): Content {
  const related = Array.isArray(related_cases) ? related_cases.filter(isJsonObject) : [];
  if (related.length === 0) return null;
  const rest = related.length - MAX_ROWS;
  return html`<section aria-labelledby="related">
    <h2 id="related">${renderPlural(related.length, 'related case')}</h2>
    <ul>
      ${related.slice(0, MAX_ROWS).map(({ id, name }) => {
        const text = toRelatedName(name);
        return typeof id === 'number' && isHere(id)
          ? html`<li>${linkTo(ADDRESS.case(id), text)}</li> `
          : html`<li>
              ${text} <span class="off">(case ${JSON.stringify(id ?? null)} is not in the mirror)</span>
            </li> `;
      })}
    </ul>
    ${rest > 0 ? html`<p>${renderPlural(rest, 'more related case')}: whole in the JSON.</p>` : null}
  </section>`;
}
