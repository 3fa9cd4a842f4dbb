import type Database from 'better-sqlite3';
import { listClosest, suggestNames } from '../lib/closest-names.ts';
import { messageOf, MirrorError } from '../errors/mirror-error.ts';
import { BLANK } from './sql-text.ts';

/** A statement that SQLite rejected, and the database. */
export interface RefusedStatement {
  readonly sqlite: Database.Database;
  readonly text: string;
  readonly cause: unknown;
}

/** Converts SQLite's message to an error that says where the statement is wrong and what may have been meant. */
export function explainQueryError(refused: RefusedStatement): MirrorError {
  const { text, cause } = refused;
  const said = messageOf(cause);
  if (isWriting(text)) return toWriteError(cause);
  for (const { form, explain } of EXPLANATIONS) {
    const [, ...parts] = form.exec(said) ?? [];
    if (parts[0] === undefined && !form.test(said)) continue;
    const { sentence, hint } = explain(parts[0] ?? '', refused);
    return new MirrorError('QUERY_INVALID', sentence, { cause, ...(hint === null ? {} : { hint }) });
  }
  return new MirrorError('QUERY_INVALID', `SQLite does not accept the statement: ${said}.`, { cause });
}

/** The error for a statement that would change something. */
export function toWriteError(cause?: unknown): MirrorError {
  return new MirrorError(
    'QUERY_WRITES',
    '`query` is read only, and this statement would change the database.',
    { cause },
  );
}

const WRITING = new RegExp(
  `^${BLANK}(?:insert|update|delete|replace|create|drop|alter|reindex|vacuum)\\b`,
  'i',
);

/** Whether a statement starts with a word that changes something. */
function isWriting(text: string): boolean {
  return WRITING.test(text);
}

interface Explanation {
  readonly sentence: string;
  /** Null for the general hint of a rejected statement. */
  readonly hint: string | null;
}

interface Form {
  readonly form: RegExp;
  readonly explain: (name: string, refused: RefusedStatement) => Explanation;
}

const AS_COMMAND =
  'Pass one statement in quotes, as in `clearinghouse-mirror query "SELECT count(*) FROM cases"`.';

const EXPLANATIONS: readonly Form[] = [
  {
    form: /contains no statements/,
    explain: () => ({ sentence: 'The statement is empty.', hint: AS_COMMAND }),
  },
  {
    form: /more than one statement/,
    explain: () => ({
      sentence: 'There is more than one statement, and `query` runs one.',
      hint: 'Run them one after the other, or join them with UNION ALL or WITH.',
    }),
  },
  {
    form: /^(?:Too few parameter values|Missing named parameter)/,
    explain: () => ({
      sentence: 'The statement has a parameter (?, :name, @name or $name), and `query` has no value for it.',
      hint: 'Write the value into the statement, a text in single quotes. In a shell, put a statement with $ in single quotes or a file (--file).',
    }),
  },
  { form: /^no such table: (.+)$/, explain: explainTable },
  { form: /^no such column: (".*") - should this be a string literal/, explain: explainQuoted },
  { form: /^no such column: (.+)$/, explain: explainColumn },
  { form: /^no such function: (.+)$/, explain: explainFunction },
  {
    form: /^ambiguous column name: (.+)$/,
    explain: (name, { sqlite, text }) => {
      const tables = listColumns(sqlite).filter(
        (one) => one.column.toLowerCase() === name.toLowerCase() && isNamed(one.table, text),
      );
      const examples = tables.map(({ table, column }) => `${table}.${column}`);
      return {
        sentence: `More than one table of the statement has a column ${name}.`,
        hint: `Say which one is meant${examples.length === 0 ? '' : `, as in ${examples.slice(0, 3).join(' or ')}`}.`,
      };
    },
  },
  {
    form: /^near "([\s\S]*)": syntax error$/,
    explain: (token, refused) => {
      if (/^\s*\./.test(refused.text))
        return {
          sentence: 'A command that begins with a dot belongs to the sqlite3 shell, and is not SQL.',
          hint: '`clearinghouse-mirror query "SELECT name FROM sqlite_schema"` lists tables and views; docs/schema.md describes them.',
        };
      if (/^\s*\S+\.sql\s*$/i.test(refused.text))
        return {
          sentence: `${refused.text.trim()} is not a statement.`,
          hint: 'If it is a file that contains one, name it with --file.',
        };
      const at = findToken(token, refused);
      return {
        sentence: `Syntax error at ${JSON.stringify(token)}, ${toPlaceWords(at, refused.text)}.`,
        hint: toSyntaxHint(token, at, refused),
      };
    },
  },
  {
    form: /^unrecognized token: "([\s\S]*)"$/,
    explain: (token, refused) => ({
      sentence: `Syntax error at ${JSON.stringify(token.slice(0, 40))}, ${toPlaceWords(findToken(token, refused), refused.text)}.`,
      hint: /^['"`[]/.test(token)
        ? "A quote is not closed. A quote within a text is written twice: 'O''Brien'."
        : 'Nothing in SQL begins like that.',
    }),
  },
  {
    form: /^incomplete input$/,
    explain: (_name, { text }) => ({
      sentence: `The statement ends too early, ${toPlaceWords(text.trimEnd().length, text)}.`,
      hint: 'A part is missing at the end, or a parenthesis is not closed.',
    }),
  },
];

function explainTable(name: string, { sqlite }: RefusedStatement): Explanation {
  const [schema, bare] = splitName(name);
  if (schema !== null && !['main', 'temp'].includes(schema.toLowerCase()))
    return {
      sentence: `There is no database ${schema}.`,
      hint: `Leave "${schema}." out: tables are named without it.`,
    };
  const hint = suggestTables(sqlite, bare);
  return {
    sentence: `There is no table or view ${bare}.`,
    hint: hint === null ? null : `${hint} docs/schema.md lists tables and views.`,
  };
}

/** The tables that may be meant, each after its clean view, which is the place to start. */
function suggestTables(sqlite: Database.Database, name: string, most?: number): string | null {
  const tables = listTables(sqlite);
  const closest = listClosest(name, tables, most);
  return suggestNames([
    ...new Set(closest.flatMap((table) => [...tables.filter((one) => one === `clean_${table}`), table])),
  ]);
}

function explainQuoted(name: string): Explanation {
  const text = name.slice(1, -1);
  return {
    sentence: `There is no column ${text}.`,
    hint: `Put a text in single quotes: '${text.replaceAll("'", "''")}'. Double quotes are for names of columns.`,
  };
}

function explainColumn(name: string, { sqlite, text }: RefusedStatement): Explanation {
  const [qualifier, bare] = splitName(name);
  const all = listColumns(sqlite);
  const named = all.filter(({ table }) => isNamed(table, text));
  const owners = all.filter(({ column }) => column.toLowerCase() === bare.toLowerCase());
  const toHint = (): string | null => {
    if (qualifier !== null && owners.some(({ table }) => isNamed(table, text)))
      return `"${qualifier}" is not a table or alias of the statement that has this column.`;
    if (owners.length > 0) {
      const topics = named.map(({ table }) => toTopic(table));
      const isNear = ({ table }: { readonly table: string }): boolean =>
        topics.some((topic) => table.includes(topic));
      const near = owners.filter(isNear);
      const tables = [...near, ...owners.filter((one) => !near.includes(one))]
        .slice(0, 4)
        .map(({ table }) => table);
      return `${tables.join(', ')} ${tables.length === 1 ? 'has' : 'have'} a column ${bare}.`;
    }
    const closest = [named, all].map((columns) =>
      listClosest(
        bare,
        columns.map(({ column }) => column),
      ),
    );
    return suggestNames(closest.find(({ length }) => length > 0) ?? []);
  };
  const hint = toHint();
  return {
    sentence: `There is no column ${name} here.`,
    hint: hint === null ? null : `${hint} docs/schema.md lists the columns.`,
  };
}

/** What the rows of a table are about: `clean_documents` and `case_documents` are both about documents. */
const toTopic = (table: string): string => table.replace(/^(?:clean|all|mirror)_/, '').replace(/s$/, '');

function explainFunction(name: string, { sqlite }: RefusedStatement): Explanation {
  const known = sqlite.prepare<[], string>('SELECT DISTINCT name FROM pragma_function_list').pluck().all();
  const hint = suggestNames(
    listClosest(
      name,
      known.filter((one) => /^[a-z]/.test(one)),
    ),
  );
  return {
    sentence: `SQLite has no function ${name}().`,
    hint: hint ?? 'Its functions: https://www.sqlite.org/lang_corefunc.html.',
  };
}

/** What may have been meant at the position where SQLite stopped. */
function toSyntaxHint(token: string, at: number, { sqlite, text }: RefusedStatement): string {
  const word = token.toUpperCase();
  const isTable = /\b(?:from|join)\s+$/i.test(text.slice(0, at));
  const table = isTable ? suggestTables(sqlite, token, 1) : null;
  if (table !== null) return table;
  if (KEYWORDS.includes(word) || RESERVED.has(word))
    return `${word} is a word of SQL and does not belong here; put a name that is spelled like it in double quotes.`;
  const isColumn = listColumns(sqlite).some(({ column }) => column.toLowerCase() === token.toLowerCase());
  const keyword = isTable || isColumn ? null : suggestNames(listClosest(token, KEYWORDS, 1));
  if (keyword !== null) return keyword;
  return 'The error is there or just before it. See docs/schema.md for tables, columns and views.';
}

/** The words, besides those below, that SQLite accepts as names only in quotes. */
const RESERVED = new Set(
  (
    'ADD ALTER AUTOINCREMENT CHECK COLLATE COMMIT CONSTRAINT CREATE DEFAULT DEFERRABLE DELETE DROP ESCAPE EXCEPT FOREIGN ' +
    'INDEX INSERT INTERSECT INTO ISNULL NOTHING NOTNULL PRIMARY REFERENCES RETURNING SET TABLE TO TRANSACTION UNIQUE UPDATE'
  ).split(' '),
);

/** The words that may be suggested for a misspelled one. */
const KEYWORDS = [
  ...[
    'SELECT',
    'FROM',
    'WHERE',
    'GROUP',
    'ORDER',
    'BY',
    'HAVING',
    'LIMIT',
    'OFFSET',
    'AND',
    'OR',
    'NOT',
    'AS',
    'ON',
  ],
  ...[
    'JOIN',
    'LEFT',
    'INNER',
    'CROSS',
    'USING',
    'UNION',
    'ALL',
    'DISTINCT',
    'WITH',
    'VALUES',
    'CASE',
    'WHEN',
    'THEN',
  ],
  ...['ELSE', 'END', 'IN', 'IS', 'NULL', 'LIKE', 'GLOB', 'BETWEEN', 'EXISTS', 'CAST', 'ASC', 'DESC', 'OVER'],
];

function splitName(name: string): [schema: string | null, bare: string] {
  const at = name.lastIndexOf('.');
  return at === -1 ? [null, name] : [name.slice(0, at), name.slice(at + 1)];
}

function listTables(sqlite: Database.Database): string[] {
  return sqlite
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE '\\_\\_%' ESCAPE '\\'
        ORDER BY name NOT LIKE 'clean\\_%' ESCAPE '\\', name LIKE 'mirror\\_%' ESCAPE '\\', name`,
    )
    .pluck()
    .all();
}

interface ColumnOfTable {
  readonly table: string;
  readonly column: string;
}

function listColumns(sqlite: Database.Database): ColumnOfTable[] {
  const statement = sqlite.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck();
  return listTables(sqlite).flatMap((table) => {
    try {
      return statement.all(table).map((column) => ({ table, column }));
    } catch {
      return []; // A view of the user that names a missing table.
    }
  });
}

/** Whether a statement names a table. */
function isNamed(table: string, text: string): boolean {
  const name = table.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return new RegExp(`(?<![\\w$])${name}(?![\\w$])`, 'i').test(text);
}

/** The maximum number of positions to try. */
const MAX_PLACES = 200;

/**
 * Finds the token at which SQLite stopped: the first position up to which the statement alone fails with the same
 * message. Up to an earlier position, it is only incomplete.
 */
function findToken(token: string, { sqlite, text, cause }: RefusedStatement): number {
  // An unclosed quote continues to the end.
  if (text.endsWith(token)) return text.length - token.length;
  let at = text.indexOf(token);
  for (let tries = 0; at !== -1 && tries < MAX_PLACES; tries++) {
    try {
      sqlite.prepare(text.slice(0, at + token.length));
    } catch (thrown) {
      if (messageOf(thrown) === messageOf(cause)) return at;
    }
    at = text.indexOf(token, at + 1);
  }
  return Math.max(0, text.lastIndexOf(token));
}

/** "line 2, column 7". */
function toPlaceWords(at: number, text: string): string {
  const before = text.slice(0, at).split('\n');
  return `line ${before.length}, column ${Array.from(before.at(-1) ?? '').length + 1}`;
}
