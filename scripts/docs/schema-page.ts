import { listAudits } from '../../src/audit/list-audits.ts';
import { LIST_TABLES } from '../../src/mirror/schema.ts';
import { openMirrorInMemory } from '../../src/mirror/open-mirror.ts';
import { listViewComments } from '../../src/mirror/view-comments.ts';
import { renderMarkdownTable } from './markdown-table.ts';
import { readSchemaComments } from './schema-comments.ts';

interface TableInfo {
  readonly name: string;
  readonly type: 'table' | 'view';
  readonly sql: string;
  readonly columns: readonly { name: string; type: string; notnull: number; pk: number }[];
  readonly references: ReadonlyMap<string, string>;
  readonly indexes: readonly string[];
}

const COMMENTS = new Map([...readSchemaComments(), ...listViewComments()]);
const LIST_COMMENT = 'One row for each element of the list of this name.';
const HISTORY = ['case_changes', 'past_versions', 'past_docket_entries'];
const AUDITS = listAudits().map(({ view }) => view);
const LEDGER = [
  'sync_runs',
  'status_syncs',
  'departure_checks',
  'coverage_checks',
  'double_sightings',
  'kept_aside',
  'payload_drift',
];

/** Reads tables and views, by SQLite's own account, from a freshly migrated database. */
function readTables(): TableInfo[] {
  const mirror = openMirrorInMemory();
  try {
    const pragma = <Row>(text: string): Row[] => mirror.sqlite.pragma(text) as Row[];
    const objects = mirror.sqlite
      .prepare<[], { name: string; type: 'table' | 'view'; sql: string }>(
        `SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY name`,
      )
      .all();
    return objects.map((object) => ({
      ...object,
      columns: pragma<TableInfo['columns'][number]>(`table_info(${object.name})`),
      references: new Map(
        pragma<{ from: string; table: string; to: string }>(`foreign_key_list(${object.name})`).map((key) => [
          key.from,
          `${key.table}.${key.to}`,
        ]),
      ),
      indexes: pragma<{ name: string; origin: string; unique: number }>(`index_list(${object.name})`)
        .filter(({ origin }) => origin === 'c')
        .map(({ name, unique }) => {
          const columns = pragma<{ name: string }>(`index_info(${name})`).map((column) => column.name);
          return `${columns.join(', ')}${unique === 1 ? ' (unique)' : ''}`;
        })
        .sort(),
    }));
  } finally {
    mirror.close();
  }
}

const commentOf = (name: string): string =>
  COMMENTS.get(name) ?? (Object.hasOwn(LIST_TABLES, name) ? LIST_COMMENT : '');

export function renderSchemaPage(): string {
  const tables = readTables();
  const isAmong =
    (names: readonly string[]) =>
    ({ name }: TableInfo): boolean =>
      names.includes(name);
  const sectionsOf = (chosen: readonly TableInfo[]): string[] => chosen.map(renderTableSection);
  return [
    '# Schema',
    'A column without the prefix `mirror_` is a field of the API under its own name, with the value that the API sent: its documentation is this schema’s. A column with the prefix is the mirror’s own. Every list of the payload is a table of the field’s name, joined by `case_id`.',
    '## Views: the clean reading',
    ...sectionsOf(tables.filter((table) => table.type === 'view' && !isAmong(AUDITS)(table))),
    '## Views: contradictions worth a look',
    'What a researcher may trip over: one row a case, with the columns that contradict each other. `clearinghouse-mirror audit` counts them all. A row is a reason to look, not a proof of a mistake.',
    ...AUDITS.flatMap((view) => sectionsOf(tables.filter(isAmong([view])))),
    '## Tables: what the API said',
    ...sectionsOf(
      tables.filter((table) => table.type === 'table' && !isAmong([...HISTORY, ...LEDGER])(table)),
    ),
    '## The history: what the API said before',
    ...sectionsOf(tables.filter(isAmong(HISTORY))),
    '## The ledger: what the mirror did',
    ...sectionsOf(tables.filter(isAmong(LEDGER))),
  ].join('\n\n');
}

function renderTableSection(table: TableInfo): string {
  const rows = table.columns.map(({ name, type, notnull, pk }) => [
    `\`${name}\``,
    type.toLowerCase(),
    [
      ...(pk > 0 ? ['primary key'] : []),
      ...(notnull === 1 && pk === 0 ? ['never null'] : []),
      ...(table.references.has(name) ? [`→ \`${table.references.get(name) ?? ''}\``] : []),
    ].join(', '),
    commentOf(`${table.name}.${name}`),
  ]);
  const heading = `### ${table.name}\n\n${commentOf(table.name)}`;
  if (table.type === 'view') return `${heading}\n\n\`\`\`sql\n${table.sql}\n\`\`\``;
  const indexes =
    table.indexes.length === 0
      ? ''
      : `\n\nIndexes: ${table.indexes.map((index) => `\`${index}\``).join(', ')}`;
  return `${heading}\n\n${renderMarkdownTable(['column', 'type', '', 'what it is'], rows)}${indexes}`;
}

/** One line a table or view, for the README. */
export function renderSchemaAtAGlance(): string {
  const tables = readTables();
  const lists = tables
    .filter(({ name }) => Object.hasOwn(LIST_TABLES, name))
    .map(({ name }) => `\`${name}\``);
  const others = tables.filter(({ name }) => !Object.hasOwn(LIST_TABLES, name) && !AUDITS.includes(name));
  return renderMarkdownTable(
    ['table or view', 'columns'],
    [
      ...others.map(({ name, columns }) => [`\`${name}\``, summarise(columns.map((column) => column.name))]),
      [
        lists.join(' '),
        '`case_id`, `mirror_position`, `value`: one row for each element of the list of that name',
      ],
      [
        AUDITS.map((name) => `\`${name}\``).join(' '),
        '`case_id`, `name`, `url` and what contradicts itself: one row for each case worth a look',
      ],
    ],
  );
}

const MOST_COLUMNS = 12;

function summarise(columns: readonly string[]): string {
  const shown = columns.slice(0, MOST_COLUMNS).map((name) => `\`${name}\``);
  const rest = columns.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
