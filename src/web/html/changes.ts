import { toPlainText } from '../../case/case-rows.ts';
import {
  type CaseChange,
  type ChangeKey,
  type EntryChange,
  type FindChange,
  type ValueChange,
} from '../../history/changes.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import { PRESENCES, isOfField, isPresence } from '../../cli/text/changes.ts';
import {
  isLong,
  toEditedEntrySentence,
  toEntryWords,
  toTextDifference,
  toWholeValueText,
} from '../../cli/text/field-sentences.ts';
import { toPlainStyle } from '../../cli/text/style.ts';
import { type Content, type Html, html } from './html.ts';

const MAX_VALUE = 400;
const MAX_ENTRIES = 20;
const MAX_FIELDS = 60;

/** Sentences as plain text, which the template escapes. */
const STYLE = toPlainStyle(Infinity);

/** The changes of one case in one run. Reads the values while it renders. */
export function renderRunChanges(keys: readonly ChangeKey[], find: FindChange, caption: string): Html {
  const presences = keys.flatMap(({ kind }) => (isPresence(kind) ? [PRESENCES[kind]] : []));
  const fields = keys.filter(isOfField);
  const entries = keys.filter(({ kind }) => kind.startsWith('entry'));
  return html`
    ${presences.map((text) => html`<p>The case ${text}.</p>`)}
    ${
      fields.length === 0
        ? null
        : renderFields(
            fields.slice(0, MAX_FIELDS).map((key) => find(key) as ValueChange),
            caption,
          )
    }
    ${
      fields.length > MAX_FIELDS
        ? html`<p>
            ${renderPlural(fields.length - MAX_FIELDS, 'more changed field')}: in the files of this list.
          </p>`
        : null
    }
    ${(['entry added', 'entry edited', 'entry removed'] as const).map((kind) =>
      renderEntries(
        kind,
        entries.filter((key) => key.kind === kind),
        find,
      ),
    )}
  `;
}

/** The values of fields before and after. */
function renderFields(changes: readonly ValueChange[], caption: string): Html {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
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

function toCells({ kind, before, after }: ValueChange): readonly [Content, Content] {
  if (kind === 'added') return [html`<span class="off">not in the list</span>`, toInserted(after)];
  if (kind === 'removed') return [toDeleted(before), html`<span class="off">not in the list</span>`];
  if (typeof before === 'string' && typeof after === 'string' && (isLong(before) || isLong(after)))
    return toDifference(before, after);
  return [toDeleted(before), toInserted(after)];
}

const toShown = (value: ValueChange['before']): string => {
  const text = toWholeValueText(value);
  const more = text.length > MAX_VALUE ? ` (${renderCount(text.length)} characters)` : '';
  return `${clipText(text, MAX_VALUE)}${more}`;
};
const toDeleted = (value: ValueChange['before']): Html => html`<del>${toShown(value)}</del>`;
const toInserted = (value: ValueChange['after']): Html => html`<ins>${toShown(value)}</ins>`;

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
