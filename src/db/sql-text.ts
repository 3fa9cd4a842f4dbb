/* What the text of a statement says, without a connection. */

/**
 * What can stand before the first word of a statement, as a part of a pattern. Each character can be read in one way only:
 * otherwise thousands of comments would take years.
 */
export const BLANK = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/|/\*(?:(?!\*/)[^])*$)*`;

const TOKEN =
  /--[^\n]*|\/\*[^]*?(?:\*\/|$)|'(?:[^']|'')*'|`(?:[^`]|``)*`|"(?:[^"]|"")*"|\[[^\]]*\]|[\p{L}\p{N}_$.]+|[^\s]/gu;

/** The tokens of SQL, without comments and white space. */
function listTokens(sql: string): string[] {
  return [...sql.matchAll(TOKEN)]
    .map(([token]) => token)
    .filter((token) => !token.startsWith('--') && !token.startsWith('/*'));
}

/**
 * Normalizes a statement: no comments, white space or kinds of quotation marks. When a table is altered, SQLite
 * rewrites its statement, and versions differ in how. Every version keeps upper and lower case, which the column names
 * of a result show.
 */
export function normalizeSql(sql: string): string {
  return listTokens(sql)
    .map((token) => (/^["`[]/.test(token) ? token.slice(1, -1) : token))
    .join('\0');
}

/** The statements of a script, each as its words in lower case, those of names and strings included. */
function listStatements(script: string): string[][] {
  const statements: string[][] = [[]];
  for (const token of listTokens(script)) {
    // A trigger has semicolons inside. Each of its parts counts as a statement of its own.
    if (token === ';') statements.push([]);
    else statements.at(-1)?.push(...(token.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? []));
  }
  return statements.filter((words) => words.length > 0);
}

/** Statements that change no row and no definition of a table that exists. */
const HARMLESS = /^(?:create (?:temp |temporary )?view|drop view|create (?:unique )?index|pragma|select) /;
/** A new table may refer to others, and may be filled from them. */
const NEW_TABLE = /^create table (?:if not exists )?(?:main )?(?<name>\S+)/;

/**
 * Whether a script may change the rows or the definition of one of these tables. What is not known to leave them alone
 * counts as a change.
 */
export function mayChange(script: string, tables: readonly string[]): boolean {
  return listStatements(script).some((words) => {
    const statement = `${words.join(' ')} `;
    if (HARMLESS.test(statement)) return false;
    const created = NEW_TABLE.exec(statement)?.groups?.name;
    return created === undefined ? words.some((word) => tables.includes(word)) : tables.includes(created);
  });
}
