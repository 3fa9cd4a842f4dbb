import { ADDRESS } from '../addresses.ts';
import { type Content, type Html, html, linkUnlessCurrent, toHref } from './html.ts';

/** A page before it gets its frame. */
export interface Page {
  /** The heading, and the title of the window. */
  readonly title: string;
  /** The heading in other words, if it has markup. */
  readonly heading?: Content;
  /** A line above the heading. */
  readonly kicker?: Content | undefined;
  readonly body: Content;
  readonly section: Section | null;
  /** Of HTTP; 200 if it is left out. */
  readonly status?: number;
  /** The address that the data come from; null if it is the Clearinghouse's own, and left out if the page has no data. */
  readonly otherSource?: string | null;
}

const SECTIONS = {
  home: ['Overview', ADDRESS.home()],
  search: ['Search', ADDRESS.search()],
  cases: ['Cases', ADDRESS.cases()],
  changes: ['Changes', ADDRESS.changes()],
  departed: ['Departed', ADDRESS.departed()],
  transitions: ['Transitions', ADDRESS.transitions()],
  audit: ['Audit', ADDRESS.audit()],
  sql: ['SQL', ADDRESS.sql()],
  runs: ['Runs', ADDRESS.runs()],
  about: ['About', ADDRESS.about()],
} as const;
export type Section = keyof typeof SECTIONS;

/** Renders a whole document. */
export function renderPage({ title, heading = title, kicker, body, section, otherSource }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title === '' ? '' : `${title} · `}Clearinghouse Mirror</title>
        <link rel="stylesheet" href="${toHref(ADDRESS.style())}" />
        <link rel="icon" type="image/svg+xml" href="${toHref(ADDRESS.icon())}" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="masthead">
          <a class="brand" href="${toHref(ADDRESS.home())}">Clearinghouse Mirror</a>
          <form class="find" action="${toHref(ADDRESS.search())}" role="search">
            <label for="find">Search the mirror</label>
            <input id="find" name="q" type="search" placeholder="Words or docket number" />
            <button>Search</button>
          </form>
          <nav aria-label="Pages">
            <ul>
              ${Object.entries(SECTIONS).map(
                ([name, [label, address]]) =>
                  html`<li>${linkUnlessCurrent(address, label, name === section)}</li>`,
              )}
            </ul>
          </nav>
        </header>
        <main id="content" tabindex="-1">
          ${kicker === undefined ? null : html`<p class="kicker">${kicker}</p>`}
          <h1>${heading}</h1>
          ${body}
        </main>
        <footer>
          <p>
            ${otherSource === undefined ? null : `${toOrigin(otherSource)} `}Pages are made on this machine
            from the mirror; nothing is loaded from elsewhere.
          </p>
        </footer>
      </body>
    </html>`;
}

const toOrigin = (otherSource: string | null): string =>
  otherSource === null
    ? 'A local copy of the Civil Rights Litigation Clearinghouse.'
    : `The data are not the Clearinghouse's own: they come from ${otherSource}.`;
