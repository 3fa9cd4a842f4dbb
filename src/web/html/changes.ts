import { isSame } from '../../case/diff.ts';
import { toPlainText } from '../../case/plain-text.ts';
import type { ShownChange, Side } from '../../case/shown-fields.ts';
import type { RecordKind } from '../../db/schema/schema.ts';
import {
  type CaseChange,
  type ChangeKey,
  type EntryChange,
  type FindChange,
  type ValueChange,
} from '../../history/changes.ts';
import type { LinkedRecordChange } from '../../history/linked-changes.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import { PRESENCES, isOfField, isPresence } from '../../cli/text/changes.ts';
import {
  isLong,
  toEditedEntrySentence,
  toEntryWords,
  toTextDifference,
  toWholeSideText,
} from '../../cli/text/field-sentences.ts';
import {
  type FindRecord,
  groupLinkedChanges,
  toEventWords,
  toRecordCount,
  toRecordName,
  toRecordWords,
} from '../../cli/text/linked-changes.ts';
import { toPlainStyle } from '../../cli/text/style.ts';
import type { Links } from '../addresses.ts';
import { type Content, type Html, html, linkTo } from './html.ts';

const MAX_VALUE = 400;
const MAX_ENTRIES = 20;
const MAX_FIELDS = 60;
/** Records of a kind that are named for each event, and of which changed fields are shown. */
const MAX_RECORDS = 20;
const MAX_CAPTION = 120;

/** Sentences as plain text, which the template escapes. */
const STYLE = toPlainStyle(Infinity);

/** The changes of one case in one run: its own, and those of its linked lists. */
export interface RunChanges {
  readonly keys: readonly ChangeKey[];
  readonly linked: readonly LinkedRecordChange[];
}

/** How changes are read, and what a reader is told of the rest. */
export interface ChangeView {
  readonly find: FindChange;
  readonly findRecord: FindRecord;
  readonly links: Links;
  /** Where everything is that has no room here. */
  readonly elsewhere: string;
}

/** The changes of one case in one run. Reads the values while it renders. */
export function renderRunChanges({ keys, linked }: RunChanges, view: ChangeView, caption: string): Html {
  const presences = keys.flatMap(({ kind }) => (isPresence(kind) ? [PRESENCES[kind]] : []));
  const fields = keys.filter(isOfField);
  const entries = keys.filter(({ kind }) => kind.startsWith('entry'));
  return html`
    ${presences.map((text) => html`<p>The case ${text}.</p>`)}
    ${
      fields.length === 0
        ? null
        : renderFields(
            fields.slice(0, MAX_FIELDS).map((key) => view.find(key) as ValueChange),
            caption,
          )
    }
    ${
      fields.length > MAX_FIELDS
        ? html`<p>${renderPlural(fields.length - MAX_FIELDS, 'more changed field')}: ${view.elsewhere}.</p>`
        : null
    }
    ${(['entry added', 'entry edited', 'entry removed'] as const).map((kind) =>
      renderEntries(
        kind,
        entries.filter((key) => key.kind === kind),
        view.find,
      ),
    )}
    ${linked.length === 0 ? null : renderLinkedChanges(linked, view, caption)}
  `;
}

/** What changed in the linked lists of a case. */
function renderLinkedChanges(
  linked: readonly LinkedRecordChange[],
  view: ChangeView,
  caption: string,
): Content {
  const nameOf = (kind: RecordKind, key: number): Content => renderRecordName(kind, key, view);
  return groupLinkedChanges(linked).map(({ kind, whole, edits }) => {
    const rest = edits.length - MAX_RECORDS;
    return [
      whole.map(({ event, keys }) => {
        const part = keys.length > MAX_RECORDS ? `, of which the first ${MAX_RECORDS}` : '';
        return html`<p>${toEventWords(kind, event, keys.length)}${part}:</p>
          <ul>
            ${keys.slice(0, MAX_RECORDS).map((key) => html`<li>${nameOf(kind, key)}</li> `)}
          </ul>`;
      }),
      edits.slice(0, MAX_RECORDS).map(([key, fields]) => {
        const words = toRecordName(kind, view.findRecord(kind, key), STYLE);
        return html`<p>Changed: ${nameOf(kind, key)}</p>
          ${renderFields(fields.slice(0, MAX_FIELDS), `${caption}, ${clipText(words, MAX_CAPTION)}`)}`;
      }),
      rest > 0 ? html`<p>${toRecordCount(kind, rest, 'more changed ')}: ${view.elsewhere}.</p>` : null,
    ];
  });
}

/** What a record is called, with a link unless its content is not shown. */
function renderRecordName(kind: RecordKind, key: number, { findRecord, links }: ChangeView): Content {
  const facts = findRecord(kind, key);
  const words = toRecordWords(kind, facts, STYLE);
  const isShown = facts.title !== null || facts.type !== null || facts.date !== null;
  const address = kind === 'document' ? links.document(key) : kind === 'docket' ? links.docket(key) : null;
  return isShown ? linkTo(address, words) : words;
}

/** The values of fields before and after. */
function renderFields(changes: readonly ShownChange[], caption: string): Html {
  return html`<div class="scroll" role="group" tabindex="0" aria-label="${caption}">
    <table class="values">
      <caption class="hidden">
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        ${changes.map((change) => {
          const [before, after] = toCells(change);
          return html`<tr>
            <th scope="row"><code>${clipText(change.field, 100)}</code></th>
            <td>${before}</td>
            <td>${after}</td>
          </tr> `;
        })}
      </tbody>
    </table>
  </div>`;
}

function toCells(change: ShownChange): readonly [Content, Content] {
  const { kind, before, after } = change;
  if (kind === 'added') return [html`<span class="off">not in the list</span>`, toInserted(change)];
  if (kind === 'removed') return [toDeleted(change), html`<span class="off">not in the list</span>`];
  if (typeof before === 'string' && typeof after === 'string' && (isLong(before) || isLong(after)))
    return toDifference(before, after);
  // Two values that look alike are shown as JSON.
  const looksAlike = toShown(change, 'before') === toShown(change, 'after');
  if (looksAlike && !isSame(before, after) && before !== undefined && after !== undefined)
    return [
      html`<del>${clipText(JSON.stringify(before), MAX_VALUE)}</del>`,
      html`<ins>${clipText(JSON.stringify(after), MAX_VALUE)}</ins>`,
    ];
  return [toDeleted(change), toInserted(change)];
}

const toShown = (change: ShownChange, side: Side): string => {
  const text = toWholeSideText(change, side);
  const more = text.length > MAX_VALUE ? ` (${renderCount(text.length)} characters)` : '';
  return `${clipText(text, MAX_VALUE)}${more}`;
};
const toDeleted = (change: ShownChange): Html =>
  html`<del>${toShown(change, 'before')}</del>${toRemark(change, 'before')}`;
const toInserted = (change: ShownChange): Html =>
  html`<ins>${toShown(change, 'after')}</ins>${toRemark(change, 'after')}`;
const toRemark = (change: ShownChange, side: Side): Content =>
  change.withheld?.includes(side) === true && change[side] !== null
    ? html` <small>not all of it is shown</small>`
    : null;

/** Only the part of a long text that differs, with the words before it. */
function toDifference(before: string, after: string): readonly [Content, Content] {
  const [old, now] = [toPlainText(before), toPlainText(after)];
  if (old === now) return [html`<span class="off">the same words</span>`, 'Only the markup changed.'];
  const part = toTextDifference(old, now);
  const lead = part.lead === '' ? '' : `…${part.lead} `;
  const toCell = (text: string, whole: string, mark: (text: string) => Html): Html =>
    html`${lead}${text === '' ? html`<span class="off">(nothing here)</span>` : mark(clipText(text, MAX_VALUE))}
      <small>${renderCount(whole.length)} characters</small>`;
  return [
    toCell(part.before, old, (text) => html`<del>${text}</del>`),
    toCell(part.after, now, (text) => html`<ins>${text}</ins>`),
  ];
}

const ADJECTIVES = { 'entry added': 'new', 'entry edited': 'edited', 'entry removed': 'removed' } as const;

function renderEntries(kind: EntryChange['kind'], keys: readonly ChangeKey[], find: FindChange): Html | null {
  if (keys.length === 0) return null;
  const adjective = ADJECTIVES[kind];
  const shown = keys.slice(-MAX_ENTRIES);
  const rest = keys.length - shown.length;
  return html`<p>
      ${renderPlural(keys.length, `${adjective} docket entry`, `${adjective} docket entries`)}${
        rest > 0 ? `, of which the last ${MAX_ENTRIES}` : ''
      }:
    </p>
    <ul>
      ${shown.map((key) => html`<li>${toEntrySentence(find(key))}</li> `)}
    </ul>`;
}

function toEntrySentence(change: CaseChange): string {
  switch (change.kind) {
    case 'entry added':
      return toEntryWords(change.after, STYLE);
    case 'entry removed':
      return toEntryWords(change.before, STYLE);
    case 'entry edited':
      return toEditedEntrySentence(change, STYLE).replace(/^was edited: /, '');
    default:
      return '';
  }
}
