import { readFileSync } from 'node:fs';
import { MirrorError } from '../../errors/mirror-error.ts';
import { PACKAGE, PACKAGE_FOLDER } from '../../lib/package-info.ts';
import { ADDRESS } from '../addresses.ts';
import { type Content, type Html, html, linkTo } from '../html/html.ts';
import type { Page } from '../html/layout.ts';
import { renderTable } from '../html/parts.ts';
import type { PageRequest } from '../request.ts';
import { renderCodebook } from './codebook.ts';

/*
 * The codebook: docs/schema.md, which is part of the package and generated from the schema, one page for each table. Only
 * what that page uses of Markdown is read: headings, paragraphs, tables, blocks of SQL, code and links.
 */

interface Described {
  readonly name: string;
  readonly blocks: readonly string[];
}

interface Group {
  readonly title: string;
  readonly text: string;
  readonly tables: readonly Described[];
}

/** Tables in which FTS5 keeps its index; nobody reads them. */
const OF_THE_INDEX = /_fts(?:_config|_data|_docsize|_idx)$/;

function parseSchemaPage(text: string): Group[] {
  return text
    .split(/^## /m)
    .slice(1)
    .flatMap((part) => {
      const [head = '', ...sections] = part.split(/^### /m);
      const [title = '', ...lines] = head.split('\n');
      if (sections.length === 0) return [];
      const tables = sections.map((section) => {
        const [name = '', ...rest] = section.split('\n');
        return { name: name.trim(), blocks: toBlocks(rest.join('\n')) };
      });
      return [
        {
          title,
          text: lines.join('\n').trim(),
          tables: tables.filter(({ name }) => !OF_THE_INDEX.test(name)),
        },
      ];
    });
}

/** Paragraphs, tables and blocks of code. */
function toBlocks(text: string): string[] {
  return [...text.matchAll(/^```[^]*?^```$|(?:^(?!```)\S.*\n?)+/gm)].map(([block]) => block.trim());
}

let known: readonly Group[] | undefined;

function readGroups(): readonly Group[] {
  known ??= parseSchemaPage(readFileSync(new URL('docs/schema.md', PACKAGE_FOLDER), 'utf8'));
  return known;
}

export function makeSchemaPage(): Page {
  return {
    title: 'Codebook',
    heading: 'Codebook: tables, views and columns',
    section: 'about',
    body: html`
      <p>
        A column without the prefix <code>mirror_</code> is a field of the API under its own name. Views that
        begin with <code>clean_</code> leave out what has left the site, and values that mean nothing.
        ${linkTo(ADDRESS.sql(), 'Ask in SQL')}
      </p>
      ${readGroups().map(
        ({ title, text, tables }, at) =>
          html`<div>
            <h2 id="group-${at}">${title}</h2>
            <p>${toInline(text)}</p>
            ${renderTable({
              caption: title,
              isCaptionHidden: true,
              columns: [
                {
                  heading: 'Name',
                  isName: true,
                  cell: ({ name }: Described) => linkTo(ADDRESS.schema(name), html`<code>${name}</code>`),
                },
                { heading: 'What it is', cell: ({ blocks }) => toInline(findFirstWords(blocks)) },
              ],
              rows: tables,
            })}
          </div>`,
      )}
    `,
  };
}

const isWords = (block: string): boolean => !/^(?:```|\|)/.test(block);

function findFirstWords(blocks: readonly string[]): string {
  return blocks.find((block) => isWords(block) && !block.startsWith('Indexes:')) ?? '';
}

export function makeTablePage({ mirror, name }: PageRequest): Page {
  const found = readGroups()
    .flatMap(({ title, tables }) => tables.map((table) => ({ title, table })))
    .find(({ table }) => table.name === name);
  if (found === undefined)
    throw new MirrorError(
      'PAGE_UNKNOWN',
      `The codebook has no table or view ${JSON.stringify(name.slice(0, 100))}.`,
    );
  return {
    title: name,
    heading: html`<code>${name}</code>`,
    kicker: html`${linkTo(ADDRESS.schema(), 'Codebook')} · ${found.title}`,
    section: 'about',
    body: html`
      ${found.table.blocks.map((block) => renderBlock(name, block))} ${renderCodebook(mirror, name)}
      <p class="more">${linkTo(ADDRESS.sql(`SELECT * FROM ${name} LIMIT 100`), 'The first 100 rows')}</p>
    `,
  };
}

function renderBlock(name: string, block: string): Html {
  if (block.startsWith('```'))
    return html`<details>
      <summary>SQL of this view</summary>
      <pre
        tabindex="0"
        role="group"
        aria-label="SQL of ${name}"
      ><code>${block.replace(/^```\w*\n|\n?```$/g, '')}</code></pre>
    </details>`;
  return block.startsWith('|') ? renderMarkdownTable(name, block) : html`<p>${toInline(block)}</p>`;
}

const toCells = (line: string): string[] =>
  line
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));

function renderMarkdownTable(name: string, block: string): Html {
  const [head = '', , ...lines] = block.split('\n');
  const headings = toCells(head);
  const rows = lines.map(toCells);
  return renderTable({
    caption: `Columns of ${name}`,
    isCaptionHidden: true,
    columns: headings.flatMap((heading, at) =>
      rows.every((row) => (row[at] ?? '') === '')
        ? []
        : [
            {
              heading: heading === '' ? 'constraints' : heading,
              isName: at === 0,
              cell: (row: readonly string[]) => toInline(row[at] ?? ''),
            },
          ],
    ),
    rows,
  });
}

/** Code and links within a line. */
function toInline(text: string): Content {
  return text.split(/(`[^`]+`|\[[^\]]+\]\([^)]+\))/).map((piece): Content => {
    if (/^`[^`]+`$/.test(piece)) return html`<code>${piece.slice(1, -1)}</code>`;
    const [, label, target] = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(piece) ?? [];
    if (label === undefined || target === undefined) return piece;
    return linkTo(toAddress(target), toInline(label));
  });
}

function toAddress(target: string): string {
  if (/^https?:/.test(target)) return target;
  if (target.startsWith('#')) return ADDRESS.schema(target.slice(1));
  return `${PACKAGE.homepage}/blob/main/docs/${target}`;
}
