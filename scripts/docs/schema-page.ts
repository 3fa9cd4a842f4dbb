import { listAudits } from '../../src/db/audits.ts';
import { LIST_TABLES } from '../../src/db/schema/schema.ts';
import { openMirrorInMemory } from '../../src/db/open-mirror.ts';
import { renderMarkdownTable } from './markdown-table.ts';
import { readSchemaComments, readViewComments } from './schema-comments.ts';

interface TableInfo {
  readonly name: string;
  readonly type: 'table' | 'view';
  readonly sql: string;
  readonly columns: readonly { name: string; type: string; notnull: number; pk: number }[];
  readonly references: ReadonlyMap<string, string>;
  readonly indexes: readonly string[];
}

const COMMENTS = new Map([
  ...readSchemaComments(),
  ...readViewComments(),
  ...listAudits().map(({ view, shows, note }) => [view, `${shows} ${note}`] as const),
]);
const LIST_COMMENT = 'One row for each element of the list of this name.';
const AUDITS = listAudits().map(({ view }) => view);

interface Group {
  readonly title: string;
  readonly text: string;
  readonly has: (table: TableInfo) => boolean;
}

/** Tables in which the program keeps notes for itself, and views of them. */
const LEDGER = [
  'sync_runs',
  'list_syncs',
  'latest_list_syncs',
  'lists',
  'mirror_departure_checks',
  'mirror_coverage_checks',
  'mirror_document_list_checks',
  'mirror_exports',
  'coverage',
  'mirror_moved_cases',
  'rejected_records',
  'schema_drift',
  'linked_lists',
  'linked_list_states',
  'linked_passes',
  'text_passes',
  'file_passes',
  'mirror_replaced_texts',
  'mirror_docket_differences',
];
const INTERNAL = [
  'mirror_raw_hashes',
  'case_versions',
  'linked_versions',
  'mirror_seals',
  'mirror_identity',
  'mirror_markup',
  'mirror_snapshot',
  'mirror_dropped_files',
  'mirror_paused_hosts',
];
const HISTORY = [
  'change_log',
  'case_changes',
  'departed_cases',
  'docket_activity',
  'docket_entry_lifetimes',
  'docket_entry_versions',
  'status_spells',
  'status_transitions',
  'linked_change_log',
  'linked_changes',
];
/** Tables that SQLite keeps for a search index. */
const OF_INDEX = /_fts_(?:config|data|docsize|idx)$/;
/** Views of the content as the API sent it. */
const UNCLEAN = ['all_docket_entries', 'all_dockets', 'case_links'];

/** In the order of the page: each table and view is in the first group that has it. */
const GROUPS: readonly Group[] = [
  {
    title: 'Internal bookkeeping',
    text: 'You need none of these to query cases.',
    has: ({ name }) => INTERNAL.includes(name) || OF_INDEX.test(name),
  },
  {
    title: 'Run log: what each sync did',
    text: 'How each run and each list ended, and what the program noticed on the way.',
    has: ({ name }) => LEDGER.includes(name),
  },
  {
    title: 'History: what changed',
    text: 'Changes since the first sync, with the values before and after.',
    has: ({ name }) => HISTORY.includes(name),
  },
  {
    title: 'Audits: contradictions in the data',
    text: 'One row for each case with columns that contradict each other. `clearinghouse-mirror audit` counts them. A row is a reason to look, not proof of a mistake.',
    has: ({ name }) => AUDITS.includes(name),
  },
  {
    title: 'Clean views: content, ready to query',
    text: 'Cases that are on the site, without duplicate list values, markup, impossible dates and placeholder values such as a link that is the text `nan`.',
    has: ({ name, type }) => type === 'view' && !UNCLEAN.includes(name),
  },
  {
    title: 'Content: cases as the API sent them',
    text: 'The values of the API, unchanged. Cases that have left the site stay here (`cases.mirror_departed_run_id`).',
    has: () => true,
  },
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
  const missing = [...INTERNAL, ...LEDGER, ...HISTORY].filter(
    (one) => !tables.some(({ name }) => name === one),
  );
  if (missing.length > 0) throw new Error(`No such table or view: ${missing.join(', ')}`);
  const sections = GROUPS.map((group, index) => ({
    ...group,
    tables: tables.filter(
      (table) => group.has(table) && !GROUPS.slice(0, index).some((one) => one.has(table)),
    ),
  })).reverse();
  return [
    '# Schema',
    'A column without the prefix `mirror_` is a field of the API under its own name, with the value that the API sent; the documentation of the API applies. Columns with the prefix are added by the mirror. Each list of the API is a table with the name of its field, joined by `case_id`.',
    '## At a glance',
    ...sections.flatMap((section) => [
      `**${section.title}.** ${section.text}`,
      renderAtAGlance(section.tables),
    ]),
    ...sections.flatMap((section) => [
      `## ${section.title}`,
      section.text,
      ...section.tables.map(renderTableSection),
    ]),
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

/** A row for each table or view, and one for a few that have the same columns. Of more, a sentence. */
function renderAtAGlance(tables: readonly TableInfo[]): string {
  const byColumns = new Map<string, string[]>();
  for (const { name, columns } of tables) {
    const summary = summarise(columns.map((column) => column.name));
    byColumns.set(summary, [...(byColumns.get(summary) ?? []), `[\`${name}\`](#${name})`]);
  }
  const all = [...byColumns];
  const table = renderMarkdownTable(
    ['table or view', 'columns'],
    all.flatMap(([summary, names]) => (names.length > MAX_NAMES ? [] : [[names.join(' '), summary]])),
  );
  const sentences = all.flatMap(([summary, names]) =>
    names.length > MAX_NAMES ? [`With the columns ${summary}: ${names.join(', ')}.`] : [],
  );
  return [table, ...sentences].join('\n\n');
}

const MAX_NAMES = 2;

const MAX_COLUMNS = 12;

function summarise(columns: readonly string[]): string {
  const shown = columns.slice(0, MAX_COLUMNS).map((name) => `\`${name}\``);
  const rest = columns.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
