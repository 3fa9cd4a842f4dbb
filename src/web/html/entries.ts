import { toPlain } from '../../cli/text/case.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../../lib/json.ts';
import { clipText, renderCount, renderPlural } from '../../lib/layout.ts';
import { type Content, type Html, html, linkTo } from './html.ts';
import { toDay } from './parts.ts';

/** An entry of a docket, and what the mirror knows of it. */
export interface ShownEntry {
  readonly entry: JsonObject;
  /** The run that found it in a case that the mirror already had, and its time. */
  readonly added: Content;
}

const MAX_TEXT = 1500;
const MAX_ATTACHMENTS = 20;

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value.trim() : '');

/** Docket entries as a list, which needs no sideways scrolling on any screen. */
export function renderEntries(entries: readonly ShownEntry[], label: string): Html {
  return html`<ol class="docket" aria-label="${label}">
    ${entries.map(({ entry, added }) => {
      const number = textOf(entry.entry_number);
      const text = toPlain(textOf(entry.description));
      return html`<li>
        <p class="when">
          ${toDay(textOf(entry.date_filed)) || 'No date'}${
            number === '' ? null : html` <span class="entry-number">No. ${clipText(number, 20)}</span>`
          }
        </p>
        <div class="what">
          <p>
            ${text === '' ? html`<span class="off">(no description)</span>` : clipText(text, MAX_TEXT)}
            ${
              text.length > MAX_TEXT
                ? html`<small>${renderCount(text.length)} characters; whole in the files of this list</small>`
                : null
            }
          </p>
          ${renderLinks(entry, added)}${renderAttachments(entry.attachments)}
        </div>
      </li> `;
    })}
  </ol>`;
}

function renderLinks({ url, recap_pdf_url }: JsonObject, added: Content): Content {
  const links = [
    [textOf(recap_pdf_url), 'PDF on RECAP'],
    [textOf(url), 'On the docket site'],
  ] as const;
  const shown = links.flatMap(([address, label]) =>
    /^https?:/i.test(address) ? [html`<li>${linkTo(address, label)}</li>`] : [],
  );
  const items = added === null ? shown : [...shown, html`<li class="new">${added}</li>`];
  return items.length === 0
    ? null
    : html`<ul class="links">
        ${items}
      </ul>`;
}

function renderAttachments(value: JsonValue | undefined): Content {
  const attachments = Array.isArray(value) ? value.filter(isJsonObject) : [];
  if (attachments.length === 0) return null;
  const rest = attachments.length - MAX_ATTACHMENTS;
  return html`<details>
    <summary>${renderPlural(attachments.length, 'attachment')}</summary>
    <ul>
      ${attachments
        .slice(0, MAX_ATTACHMENTS)
        .map(({ attachment_number, description, pdf_url, pacer_url }) => {
          const text = clipText(toPlain(textOf(description)) || '(no description)', 200);
          const number = typeof attachment_number === 'number' ? `${attachment_number}. ` : '';
          return html`<li>${number}${linkTo(textOf(pdf_url) || textOf(pacer_url), text)}</li>`;
        })}
    </ul>
    ${rest > 0 ? html`<p>${renderPlural(rest, 'more attachment')} in the files of this list.</p>` : null}
  </details>`;
}
