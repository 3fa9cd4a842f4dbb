import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { type IsWithheld, isIdWithheld } from '../case/related-names.ts';
import { type JsonValue, findEndOfText, isJsonObject, tryParse } from '../lib/json.ts';
import { codeOf } from '../lib/system-errors.ts';

/*
 * Removes what writers that died left beside a mirror: unfinished copies of the whole file, and search indexes. Each has
 * hundreds of megabytes and may contain redacted content. Only the holder of the writer lock creates them, so the holder may remove
 * them.
 */

const PURPOSES = String.raw`(?:restoring|before-upgrade|indexing|replaced-[0-9TZ-]+)`;
const TEMP = String.raw`\.[0-9a-f]{16}\.tmp`;
const ENDINGS = String.raw`(?:-wal|-shm|-journal|\.before-upgrade)?`;

/** Removes the unfinished copies beside a mirror, by its real path. The caller holds the writer lock. */
export function removeLeftovers(database: string): void {
  const folder = dirname(database);
  for (const name of listLeftovers(basename(database), listNamesIn(folder))) {
    const path = join(folder, name);
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(path, { force: true });
  }
}

/** The names of this version and of earlier ones. */
function listLeftovers(base: string, names: readonly string[]): string[] {
  const own = base.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const pattern = new RegExp(
    `^(?:\\.${own}\\.${PURPOSES}${TEMP}${ENDINGS}|\\.\\.${own}\\.restoring${TEMP}\\.before-upgrade${TEMP}${ENDINGS}` +
      `|${own}\\.restoring${ENDINGS}|${own}\\.before-upgrade\\.new)$`,
  );
  return names.filter((name) => pattern.test(name));
}

/** The names in a folder; none if this user may not list it. */
export function listNamesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    if (['EACCES', 'ENOENT', 'ENOTDIR'].includes(codeOf(thrown))) return [];
    throw thrown;
  }
}

/*
 * Which rejected records belong to a case. They are irregular: cut off, two in one, without an id, with two ids. A
 * redaction must find its content in them anyway.
 */

/** The names of the table of rejected records: today's, and the one up to migration 0013. */
export const REJECTED_TABLES: readonly string[] = ['rejected_records', 'kept_aside'];

/**
 * The keys of the rejected records of a case, in a file of any version; none if the file has no such table. Those of its
 * linked lists are among them.
 */
export function listRejectedRecords(sqlite: Database.Database, caseId: number): string[] {
  return listRejected(
    sqlite,
    ({ record, named, kind }) => named === caseId || (kind === 'case' && isOfCase(record, caseId)),
  );
}

/** The keys of the rejected records of one linked record. Ids of other kinds do not count. */
export function listRejectedRecordsOf(sqlite: Database.Database, kind: string, id: number): string[] {
  return listRejected(
    sqlite,
    (row) => row.kind === kind && (row.recordId === id || isOfRecord(row.record, kind, id)),
  );
}

interface RejectedRow {
  readonly key: string;
  readonly record: string;
  /** The case that the record names, or whose list has it. */
  readonly named: number | null;
  readonly kind: string;
  readonly recordId: number | null;
}

function listRejected(sqlite: Database.Database, isMeant: (row: RejectedRow) => boolean): string[] {
  const table = sqlite
    .prepare<[string], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN (SELECT value FROM json_each(?))`,
    )
    .pluck()
    .get(JSON.stringify(REJECTED_TABLES));
  if (table === undefined) return [];
  const columns = (sqlite.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
  const orElse = (column: string, other: string): string => (columns.includes(column) ? column : other);
  const rows = sqlite
    .prepare<[], RejectedRow>(
      `SELECT fingerprint AS key, record, ${orElse('case_id', 'NULL')} AS named,
        ${orElse('record_kind', `'case'`)} AS kind, ${orElse('record_id', 'NULL')} AS recordId FROM ${table}`,
    )
    .iterate(); // One by one, because a record may have megabytes.
  const keys: string[] = [];
  for (const row of rows) if (isMeant(row)) keys.push(row.key);
  return keys;
}

/** Whether a rejected record belongs to a case or contains its content. */
export function isOfCase(record: string, caseId: number): boolean {
  return isOfRecord(record, 'case', caseId);
}

/**
 * Whether a rejected record belongs to a record of this kind or contains its content. A readable record belongs to that of
 * its id, or to each if it has several ids. A record without an id, or an unreadable one, counts for each that it
 * names, because its parts cannot be separated. What is no object has no name for an id, so there each number counts.
 */
export function isOfRecord(record: string, kind: string, id: number): boolean {
  const value = tryParse(record);
  if (value === undefined || typeof value === 'string') return isNamedInPiece(value ?? record, kind, id);
  const ids = [...listIds(record)];
  const own = isJsonObject(value) ? ids.filter((one) => one.depth === 1 && Number.isInteger(one.id)) : [];
  if (own.length > 0) return own.some((one) => one.id === id);
  return ids.some((one) => one.id === id) || isNamedInPiece(record, kind, id);
}

/** Whether a rejected record has the id of such a case among its related cases. A repeated name counts each time. */
export function hasRelated(record: string, isMeant: IsWithheld): boolean {
  for (const { depth, field, name, token } of listMembers(record))
    if (field === 'related_cases' && depth > 1 && name === 'id' && isIdWithheld(toValue(token), isMeant))
      return true;
  return false;
}

/**
 * Whether a rejected record may have the name of such a case as that of another: among its related cases, or anywhere if
 * its parts cannot be separated.
 */
export function mayName(record: string, ownId: number | null, isMeant: IsWithheld): boolean {
  if (hasRelated(record, isMeant)) return true;
  const value = tryParse(record);
  if (isJsonObject(value)) return false;
  const text = typeof value === 'string' ? value : record;
  const numbers = [...listNamedIn(text, 'case'), ...(IS_PART_OF_OBJECT.test(text) ? [] : listNumbers(text))];
  return numbers.some((id) => id !== ownId && isMeant(id));
}

/** A brace or the name of a member: what has one has names, and a number without the name of an id can be anything. */
const IS_PART_OF_OBJECT = /[{}]|"\s*:/;

function isNamedInPiece(text: string, kind: string, id: number): boolean {
  return (
    listNamedIn(text, kind).includes(id) || (!IS_PART_OF_OBJECT.test(text) && listNumbers(text).includes(id))
  );
}

function listNumbers(text: string): number[] {
  const numbers = toPlain(text).match(/(?<![\w.])\d[\d.]*(?:e\+?\d+)?(?!\w)/gi) ?? [];
  return numbers.flatMap(toMeanings);
}

/** What the digits of a piece can mean: it may break off after them. */
const toMeanings = (number: string): number[] => [Number(number), parseInt(number, 10)];

/** Every value of a member `id` in JSON, with its nesting depth. A repeated name counts each time. */
function* listIds(json: string): Generator<{ readonly depth: number; readonly id: number }> {
  for (const { depth, name, token } of listMembers(json)) if (name === 'id') yield { depth, id: toId(token) };
}

interface Member {
  readonly depth: number;
  /** The member of the outermost object that it is, or is in. */
  readonly field: string;
  readonly name: string;
  /** The first token of its value. */
  readonly token: string;
}

/** Every member of every object in JSON. A repeated name counts each time. */
function* listMembers(json: string): Generator<Member> {
  let [depth, last, field] = [0, '', ''];
  let name: string | undefined;
  for (const token of listTokens(json)) {
    if (name !== undefined) yield { depth, field, name, token };
    const read = token === ':' && last.startsWith('"') ? tryParse(last) : undefined;
    name = typeof read === 'string' ? read : undefined;
    if (name !== undefined && depth === 1) field = name;
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    last = token;
  }
}

/** A bracket, a colon, or everything up to the next of these: a number, a word. */
const TOKEN = /[{}[\]:]|[^\s{}[\],:"]+/y;
const BETWEEN_TOKENS = /[\s,]*/y;

/** The tokens of JSON except commas. */
function* listTokens(json: string): Generator<string> {
  for (let at = 0; ;) {
    BETWEEN_TOKENS.lastIndex = at;
    BETWEEN_TOKENS.test(json);
    at = BETWEEN_TOKENS.lastIndex;
    if (at >= json.length) return;
    TOKEN.lastIndex = at;
    const token = json[at] === '"' ? json.slice(at, findEndOfText(json, at)) : (TOKEN.exec(json)?.[0] ?? '');
    yield token;
    at += token.length;
  }
}

/** The value of a number or of a numeric text; NaN for anything else. */
function toId(token: string): number {
  const text = token.replaceAll('"', '').trim();
  return text === '' ? NaN : Number(text);
}

/** The value of a token; a text if it is not JSON. */
const toValue = (token: string): JsonValue => tryParse(token) ?? token;

/** How addresses name a record of each kind. */
const NOUNS: Readonly<Record<string, string>> = {
  document: 'doc(?:ument)?s?',
  case: 'cases?',
  docket: 'dockets?',
};

/** An id after the word `id`, whatever is left of quotes and colon, or in the address of a record. */
const toNamed = (kind: string): RegExp =>
  new RegExp(
    String.raw`(?:(?<![a-z0-9_])(?:${kind}_)?(?:id|pk)[\\"'\s:=[]{0,20}|/${NOUNS[kind] ?? kind}/)(\d[\d.e+]*)`,
    'gi',
  );

/** The ids of a kind that a text names. */
function listNamedIn(text: string, kind: string): number[] {
  const found: number[] = [];
  for (const [, number = ''] of toPlain(text).matchAll(toNamed(kind))) found.push(...toMeanings(number));
  return found;
}

/** A text without the escapes that can hide a name or a number. */
const toPlain = (text: string): string =>
  text
    .replaceAll('\0', '')
    .replaceAll(/\\+u00([0-7][0-9a-f])/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
