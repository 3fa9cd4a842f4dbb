import * as crypto from 'node:crypto';
import type { Column, Value } from '../export/columns.ts';

/*
 * A row as COPY reads it, and a hash of a row that this program and Postgres compute in the same way. The sum of the
 * hashes of rows does not depend on their order, so it tells whether both have the same rows.
 */

/** A backslash and what would end a field or a row. NUL never occurs: see columns.ts. */
const SPECIAL = /[\\\t\n\r\v\f\b]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': String.raw`\t`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\v': String.raw`\v`,
  '\f': String.raw`\f`,
  '\b': String.raw`\b`,
};

const escapeField = (text: string): string =>
  SPECIAL.test(text) ? text.replaceAll(/[\\\t\n\r\v\f\b]/g, (one) => ESCAPES[one] ?? one) : text;

const toArray = (list: readonly string[]): string =>
  `{${list.map((one) => `"${one.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;

/** The line of a row in the text format of COPY. */
export function toCopyLine(values: readonly Value[]): string {
  let line = '';
  for (const [at, value] of values.entries()) {
    if (at > 0) line += '\t';
    if (value === null) line += String.raw`\N`;
    else if (typeof value === 'string') line += escapeField(value);
    else if (typeof value === 'object') line += escapeField(toArray(value));
    else if (typeof value === 'boolean') line += value ? 't' : 'f';
    else line += value.toString();
  }
  return `${line}\n`;
}

/** Between fields, for NULL, and between the elements of a list. */
const [FIELD, NULL, ELEMENT] = ['\u001f', '\u001e', '\u001d'];
const sqlText = (text: string): string => `U&'\\${text.charCodeAt(0).toString(16).padStart(4, '0')}'`;

/** The bytes of a hash of a row: a sum of them over billions of rows is exact. */
const BYTES = 6;

/** The hash of a row of a table: a whole number below 2 to the power of 48. */
export function hashRow(table: string, values: readonly Value[]): number {
  let text = table;
  for (const value of values) {
    text += FIELD;
    if (value === null) text += NULL;
    else if (typeof value === 'object') text += `${value.length}${ELEMENT}${value.join(ELEMENT)}`;
    else text += String(value);
  }
  const digest = crypto.hash('sha256', text, 'hex');
  return Number.parseInt(digest.slice(0, 2 * BYTES), 16);
}

/** The same hash as an expression of Postgres over a row with the alias `r`. The session's DateStyle is ISO. */
export function toHashSql(table: string, columns: readonly Column[]): string {
  const fields = columns.map(({ name, type }) => {
    const column = `r."${name}"`;
    if (type === 'list')
      return `cardinality(${column})::text || ${sqlText(ELEMENT)} || array_to_string(${column}, ${sqlText(ELEMENT)})`;
    const text =
      type === 'timestamp'
        ? `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
        : `${column}::text`;
    return `coalesce(${text}, ${sqlText(NULL)})`;
  });
  const text = [`'${table}'`, ...fields].join(` || ${sqlText(FIELD)} || `);
  return `('x' || encode(substring(sha256(convert_to(${text}, 'UTF8')) FOR ${BYTES}), 'hex'))::bit(${8 * BYTES})::bigint`;
}

/** The number of rows, and the sum of their hashes. */
export class RowSum {
  rows = 0;
  #high = 0;
  #low = 0;

  add(hash: number): void {
    this.rows++;
    this.#high += Math.floor(hash / HALF);
    this.#low += hash % HALF;
  }

  get sum(): bigint {
    return BigInt(this.#high) * BigInt(HALF) + BigInt(this.#low);
  }
}

const HALF = 2 ** 24;
