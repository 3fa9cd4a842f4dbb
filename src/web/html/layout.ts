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
}

const SECTIONS = {
  home: ['Overview', ADDRESS.home()],
  cases: ['Cases', ADDRESS.cases()],
  changes: ['Changes', ADDRESS.changes()],
  departed: ['Departed', ADDRESS.departed()],
  runs: ['Runs', ADDRESS.runs()],
  about: ['About', ADDRESS.about()],
} as const;
export type Section = keyof typeof SECTIONS;

/** Renders a whole document. */
export function renderPage({ title, heading = title, kicker, body, section }: Page): Html {
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
          <nav aria-label="Pages">
            <ul>
              ${Object.entries(SECTIONS).map(
                ([name, [label, address]]) =>
                  html`<li>${linkUnlessCurrent(address, label, name === section)}</li>`,
              )}
            </ul>
          </nav>
          <form class="find" action="${toHref(ADDRESS.find())}" role="search">
            <label for="find">Find a case</label>
            <input id="find" name="q" type="search" placeholder="Name, docket number or id" />
            <button>Find</button>
          </form>
        </header>
        <main id="content" tabindex="-1">
          ${kicker === undefined ? null : html`<p class="kicker">${kicker}</p>`}
          <h1>${heading}</h1>
          ${body}
        </main>
        <footer>
          <p>
            A local copy of the Civil Rights Litigation Clearinghouse. Pages are made on this machine from the
            mirror; nothing is loaded from elsewhere.
          </p>
        </footer>
      </body>
    </html>`;
}
