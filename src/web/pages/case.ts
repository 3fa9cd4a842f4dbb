import { toPlainText } from '../../case/plain-text.ts';
import { toNotices } from '../../cli/text/case.ts';
import { renderRunAsOf } from '../../cli/text/period.ts';
import { toCaseName } from '../../cli/text/words.ts';
import { toCaseLink } from '../../case/reference.ts';
import { showCase } from '../../case/shown-fields.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { prepareIsWithheld } from '../../db/public-names.ts';
import { type Presence, type StoredCase, findCaseWithoutEntries, findPresence } from '../../db/read-case.ts';
import { citeStored } from '../../export/citation.ts';
import { toPlainCitation } from '../../export/render-citation.ts';
import { findCaseAsOf, toPresenceThen } from '../../history/case-as-of.ts';
import { parseAsOf } from '../../history/moments.ts';
import { type RunAsOf, findRunAsOf } from '../../history/period.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../../lib/json.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import { ADDRESS, toAnchor } from '../addresses.ts';
import { renderEntries } from '../html/entries.ts';
import { type Content, type Html, html, linkTo, toHref } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { renderNotice, renderPager, toWindow } from '../html/parts.ts';
import { toRichText } from '../html/rich-text.ts';
import { countEntries, orderEntries, parseDocketFilter } from '../lists/docket.ts';
import { type Site, readPageNumber, type PageRequest } from '../request.ts';
import { listShownEntries } from './case-docket.ts';
import { renderCaseFacts, renderDefendants, renderRelated } from './case-facts.ts';
import { findHistory, renderHistory, renderKnownSince } from './case-history.ts';
import { renderLinkedLists } from './case-linked.ts';

const NEWEST_ENTRIES = 20;
const NEWEST_RUNS = 5;
const ENTRIES_AS_OF = 50;
/** Characters of HTML; the rest of a longer summary has pages of its own. */
const MAX_SUMMARY = 40_000;
/** Characters of a page of a long summary. */
const SUMMARY_PART = 60_000;

/** A case at present, or as it was after a run. */
interface FoundCase {
  readonly stored: StoredCase;
  readonly presence: Presence;
  /** The run after which the case was so; null for the present. */
  readonly asOf: RunAsOf | null;
}

export function makeCasePage({ mirror, site, asked, id }: PageRequest): Page {
  const asOf = asked['as-of'];
  const found =
    asOf === undefined
      ? { stored: findCaseWithoutEntries(mirror, id), presence: findPresence(mirror, id), asOf: null }
      : findThen(mirror, site, id, asOf);
  const { stored, presence } = found;
  const { firstRunId, changedRunId } = stored;
  const payload = showCase(stored.payload, prepareIsWithheld(mirror));
  const told = { payload, presence, firstRunId, changedRunId, timeZone: site.timeZone, isDocketWhole: false };
  const name = toName(found);
  const isPresent = found.asOf === null;
  const isRedacted = presence.redacted_run_id !== null;
  const sections: readonly Section[] = [
    ['short', 'In short', renderShortSummary(payload)],
    ['summary', 'Summary', renderSummary(id, payload, isPresent)],
    ['defendants', 'Defendants', renderDefendants(payload)],
    [
      'docket',
      'Docket',
      isPresent
        ? renderNewestEntries(mirror, site, id, stored)
        : renderEntriesThen(payload, readPageNumber(asked), (page) => ADDRESS.case(id, asOf, page)),
    ],
    [
      'documents',
      'Documents, dockets, resources',
      isPresent && !isRedacted ? renderLinkedLists(mirror, site, id) : null,
    ],
    ['related', 'Related cases', renderRelated(payload, (other) => has(mirror, other))],
    ['history', 'History', isPresent ? renderPast(mirror, site, found, id) : null],
    ['cite', 'How to cite', renderCitation(mirror, found)],
  ];
  return {
    title: found.asOf === null ? name : `${name}, as of run ${found.asOf.runId}`,
    heading: name,
    kicker: toKicker(id, payload),
    section: 'cases',
    body: html`
      ${toNotices(told).map((text) => renderNotice(text, 'warning'))} ${renderAsOfNotice(found, site, asOf)}
      ${renderLead(payload)} ${renderCaseFacts(told)}
      <p class="links-out">
        ${linkTo(toCaseLink(id), 'This case on the Clearinghouse')}
        ${isPresent && !isRedacted ? linkTo(ADDRESS.caseJson(id), 'The case as JSON') : null}
      </p>
      ${renderOnPage(sections)} ${sections.map(([, , content]) => content)}
    `,
  };
}

/** A part of the page: the id of its heading, its name, and its content. */
type Section = readonly [id: string, name: string, content: Content];

/** Links to the parts of the page that there are. A summary can be many screens long. */
function renderOnPage(sections: readonly Section[]): Html {
  return html`<nav class="on-page" aria-label="On this page">
    <ul>
      ${sections.map(([id, name, content]) =>
        content === null ? null : html`<li>${linkTo(toAnchor(id), name)}</li> `,
      )}
    </ul>
  </nav>`;
}

function findThen(mirror: Mirror, site: Site, id: number, asOf: string): FoundCase {
  const run = findRunAsOf(mirror, parseAsOf(asOf, { now: site.now(), timeZone: site.timeZone }));
  const stored = findCaseAsOf(mirror, id, run.runId);
  return { stored, presence: toPresenceThen(mirror, stored.departedRunId, run.runId, id), asOf: run };
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value.trim() : '');

function toName({ stored, presence }: FoundCase): string {
  const name = textOf(stored.payload.name);
  if (name === '') return presence.redacted_run_id === null ? toCaseName(null) : '(removed)';
  return clipText(name, MAX_NAME);
}

/** Longer names and numbers are mistakes. */
const MAX_NAME = 500;
const MAX_CITED = 200;

function toDocketNumber({ main_docket }: JsonObject): string {
  return isJsonObject(main_docket) ? clipText(textOf(main_docket.docket_number_manual), MAX_CITED) : '';
}

function toKicker(id: number, payload: JsonObject): Content {
  const number = toDocketNumber(payload);
  return `Case ${id}${number === '' ? '' : ` · Docket ${number}`}`;
}

function renderAsOfNotice(
  { asOf, stored }: FoundCase,
  { timeZone }: Site,
  asked: string | undefined,
): Content {
  if (asOf === null) return null;
  return renderNotice(
    html`${renderRunAsOf(asOf, timeZone)} You asked for ${asked ?? ''}.
    ${linkTo(ADDRESS.case(stored.id), 'The case at present')}`,
  );
}

/** Characters of the short texts, which are longer only by mistake. */
const MAX_SHORT = 3000;

function toShortText(value: JsonValue | undefined): string {
  const text = toPlainText(textOf(value)).trim();
  return text.length > MAX_SHORT ? clipText(text, MAX_SHORT) : text;
}

function renderLead({ summary_tiny }: JsonObject): Content {
  const text = toShortText(summary_tiny);
  return text === '' ? null : html`<p class="lead">${text}</p>`;
}

function renderShortSummary({ summary_short }: JsonObject): Content {
  const text = toShortText(summary_short);
  if (text === '') return null;
  return html`<section aria-labelledby="short">
    <h2 id="short">In short</h2>
    <div class="prose plain">${text}</div>
  </section>`;
}

function renderSummary(id: number, { summary }: JsonObject, isPresent: boolean): Content {
  const source = textOf(summary);
  if (source === '') return null;
  const { content, isCut } = toRichText(source, MAX_SUMMARY);
  const isPlain = !/<[a-z]/i.test(source.slice(0, MAX_SUMMARY));
  const rest = `This is the beginning of a summary of ${renderCount(source.length)} characters.`;
  return html`<section aria-labelledby="summary">
    <h2 id="summary">Summary</h2>
    <div class="${isPlain ? 'prose plain' : 'prose'}">${content}</div>
    ${
      isCut
        ? html`<p>${rest} ${isPresent ? linkTo(ADDRESS.summary(id, 1), 'Read all of it') : null}</p>`
        : null
    }
  </section>`;
}

/** A long summary, part by part, as plain text. */
export function makeSummaryPage({ mirror, asked, id }: PageRequest): Page {
  const { payload } = findCaseWithoutEntries(mirror, id);
  const text = toPlainText(textOf(payload.summary));
  const { page, size, total } = toWindow(readPageNumber(asked), SUMMARY_PART, text.length);
  return {
    title: `Summary of ${toCaseName(textOf(payload.name))}`,
    kicker: linkTo(ADDRESS.case(id), `Case ${id}`),
    section: 'cases',
    body: html`<div class="prose plain">${text.slice((page - 1) * size, page * size).toWellFormed()}</div>
      ${renderPager({ page, size, total }, 'Characters', (number) => ADDRESS.summary(id, number))}`,
  };
}

function renderNewestEntries(
  mirror: Mirror,
  site: Site,
  id: number,
  { payload, firstRunId }: StoredCase,
): Content {
  if (!isJsonObject(payload.main_docket)) return null;
  const filter = parseDocketFilter({ caseId: id }, {});
  const total = countEntries(mirror, filter);
  const shown = listShownEntries(mirror, site, filter, firstRunId, { offset: 0, size: NEWEST_ENTRIES });
  return html`<section aria-labelledby="docket">
    <h2 id="docket">Docket: ${renderPlural(total, 'entry', 'entries')}</h2>
    ${total === 0 ? html`<p>The docket has no entries.</p>` : renderEntries(shown, 'Newest docket entries')}
    ${
      total > shown.length
        ? html`<p class="more">
            ${linkTo(ADDRESS.docket(id), `All docket entries (${renderCount(total)}), with filters`)}
          </p>`
        : html`<p class="more">${linkTo(ADDRESS.docket(id), 'The docket with filters and downloads')}</p>`
    }
  </section>`;
}

function renderEntriesThen(
  payload: JsonObject,
  number: number,
  toAddressOf: (page: number) => string,
): Content {
  const docket = payload.main_docket;
  if (!isJsonObject(docket)) return null;
  const all = Array.isArray(docket.docket_entries) ? docket.docket_entries.filter(isJsonObject) : [];
  const { page, size, total } = toWindow(number, ENTRIES_AS_OF, all.length);
  const shown = orderEntries(all, 'newest').slice((page - 1) * size, page * size);
  return html`<section aria-labelledby="docket">
    <h2 id="docket">Docket then: ${renderPlural(total, 'entry', 'entries')}</h2>
    ${renderEntries(
      shown.map((entry) => ({ entry, added: null })),
      'Docket entries then',
    )}
    ${renderPager({ page, size, total }, 'Entries', toAddressOf)}
  </section>`;
}

function has({ sqlite }: Mirror, id: number): boolean {
  return sqlite.prepare('SELECT 1 FROM cases WHERE id = ?').get(id) !== undefined;
}

/** The newest changes, and the form for an earlier state. */
function renderPast(mirror: Mirror, site: Site, found: FoundCase, id: number): Html {
  const history = findHistory(mirror, id);
  const rest = history.length - NEWEST_RUNS;
  const field = 'as-of';
  return html`<section aria-labelledby="history">
    <h2 id="history">History in this mirror</h2>
    ${renderKnownSince(mirror, site, id)} ${renderHistory(mirror, site, id, history.slice(0, NEWEST_RUNS))}
    <p class="more">
      ${linkTo(
        ADDRESS.history(id),
        rest > 0
          ? `Changes of ${renderPlural(rest, 'earlier run')}, and downloads`
          : 'Downloads of the history',
      )}
    </p>
    <form class="inline" action="${toHref(ADDRESS.case(id))}">
      <label for="as-of">As it was on</label>
      <input id="as-of" name="${field}" aria-describedby="as-of-examples" required />
      <button>Show</button>
      <small id="as-of-examples">2026-03-01, yesterday, or run 7</small>
    </form>
  </section>`;
}

/** The citation that `cite` prints. A redacted case has none. */
function renderCitation(mirror: Mirror, { stored, presence, asOf }: FoundCase): Content {
  if (presence.redacted_run_id !== null) return null;
  const cited = citeStored(mirror, stored, presence.departed_run_id, asOf?.runId ?? null);
  return html`<section aria-labelledby="cite">
    <h2 id="cite">How to cite</h2>
    <p class="cite">${toPlainCitation(cited)}</p>
    <p class="more">
      For Zotero, BibTeX and others: <code>clearinghouse-mirror cite ${stored.id} --format ris</code> (or
      <code>bibtex</code>, <code>csl-json</code>)
    </p>
  </section>`;
}
