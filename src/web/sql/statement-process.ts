import { readFileSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { renderRows } from '../../cli/text/rows.ts';
import { closing } from '../../db/engine.ts';
import { inDatabase } from '../../db/errors.ts';
import { openReader } from '../../db/open-to-read.ts';
import { type Cell, type QueryResult, query } from '../../db/query.ts';
import { BLANK } from '../../db/sql-text.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { clipText } from '../../lib/layout.ts';
import { codeOf } from '../../lib/system-errors.ts';
import type { Answer, PageCell, PageRows, SearchTask, StatementLimits, StatementTask, Stop } from './task.ts';

/*
 * The program of a process that executes one statement, or lists all results of one search, and ends. SQLite does not stop a statement from outside, and in
 * the process of the server it would hold up every page. Standard input has the task. The first line of standard output
 * says whether the statement is accepted; the rows of a file follow.
 */

/** A second thread, which can act while SQLite is busy: it ends the process at a limit. */
const WATCH = `
  const { writeSync } = require('node:fs');
  const { workerData: { memory, milliseconds } } = require('node:worker_threads');
  const begun = Date.now();
  setInterval(() => {
    const stop = process.memoryUsage.rss() > memory ? 'memory' : Date.now() - begun > milliseconds ? 'time' : null;
    if (stop === null) return;
    try { writeSync(2, stop); } finally { process.kill(process.pid, 'SIGKILL'); }
  }, 10);`;

/** Longer cells of a page are cut; files have them whole. */
const MAX_CELL = 1000;
const MIN_CELL = 20;
/** What the markup of a cell adds to a page. */
const CELL_COST = 30;
const CHUNK = 64 * 1024;

/** How a statement begins that only reads. A PRAGMA can read too, but some of them stay in force or take long. */
const READING = new RegExp(`^${BLANK}(?:select|with|values|explain)\\b`, 'i');
/** The other words with which a statement can begin. SQLite refuses any other word, and `query` explains why. */
const OTHER = new RegExp(
  `^${BLANK}(?:alter|analyze|attach|begin|commit|create|delete|detach|drop|end|insert|pragma|reindex|release|replace|rollback|savepoint|update|vacuum)\\b`,
  'i',
);

class LimitReached extends Error {
  readonly stop: Stop;
  constructor(stop: Stop) {
    super(stop);
    this.stop = stop;
  }
}

async function run(task: StatementTask): Promise<void> {
  new Worker(WATCH, { eval: true, workerData: task.limits }).unref();
  const told = { isAccepted: false };
  try {
    const { work } = task;
    const use = typeof work === 'string' ? readStatement(work, task) : await readSearch(work, task);
    inDatabase(task.database, () => {
      use((chunk) => {
        if (!told.isAccepted) say({ file: true });
        told.isAccepted = true;
        writeAll(chunk);
      });
    });
  } catch (thrown) {
    process.exitCode = 1;
    if (codeOf(thrown) === 'EPIPE') return; // nobody reads any more
    if (thrown instanceof LimitReached) writeSync(2, thrown.stop);
    else if (told.isAccepted || !(thrown instanceof MirrorError)) writeSync(2, String(thrown));
    else say({ error: { code: thrown.code, message: thrown.message, hint: thrown.hint } });
  }
}

/** Writes a chunk of a file. */
type Write = (chunk: string) => void;

function readStatement(sql: string, task: StatementTask): (write: Write) => void {
  return (write) => {
    closing(openReader(task.database), (reader) => {
      reader.sqlite.pragma('temp_store = MEMORY'); // so that the limit of memory holds for sorting, too
      reader.sqlite.exec('BEGIN');
      const { columns, rows } = query(reader, checkReading(sql));
      if (task.form === 'page') {
        say({ page: takePage({ columns, rows }, task) });
        return;
      }
      const result = { columns, rows: limitRows(rows, task.limits) };
      writeChunks(renderRows(result, { format: task.form, width: Infinity }), task.limits, write);
    });
  };
}

/** The modules of a search are loaded only here, because they take as long to load as most statements take. */
async function readSearch(search: SearchTask, task: StatementTask): Promise<(write: Write) => void> {
  const { openMirrorReadOnly } = await import('../../db/open-mirror.ts');
  const { openSearch } = await import('../lists/search.ts');
  const { renderList } = await import('../download.ts');
  return (write) => {
    closing(openMirrorReadOnly(task.database), (mirror) => {
      mirror.sqlite.exec('BEGIN');
      const { columns, objects } = openSearch(mirror, search);
      const list = { columns, objects: limitRows(objects, task.limits) };
      const form = task.form === 'page' ? 'json' : task.form;
      writeChunks(renderList(mirror, list, form), task.limits, write);
    });
  };
}

function checkReading(sql: string): string {
  if (READING.test(sql) || !OTHER.test(sql)) return sql;
  throw new MirrorError(
    'QUERY_WRITES',
    'The statement does not begin with SELECT, WITH, VALUES or EXPLAIN.',
    {
      hint: 'This page only reads, and has no commands such as ATTACH or PRAGMA.',
    },
  );
}

/** The first rows of a result, as many as a page can show. */
function takePage({ columns, rows }: QueryResult, { limits }: StatementTask): PageRows {
  const taken: PageCell[][] = [];
  let bytes = 0;
  // A page shows the first row, however many columns it has.
  const share = Math.floor(limits.bytes / columns.length) - CELL_COST;
  const maxCell = Math.max(MIN_CELL, Math.min(MAX_CELL, share));
  for (const row of rows) {
    const cells = row.map((cell) => toPageCell(cell, maxCell));
    bytes += cells.reduce<number>((sum, cell) => sum + CELL_COST + String(cell ?? '').length, CELL_COST);
    if (taken.length === limits.rows || (bytes > limits.bytes && taken.length > 0))
      return { columns, rows: taken, isCut: true };
    taken.push(cells);
  }
  return { columns, rows: taken, isCut: false };
}

function toPageCell(cell: Cell, maxCell: number): PageCell {
  if (cell === null || typeof cell === 'number') return cell;
  if (typeof cell === 'bigint') return cell.toString();
  const text = typeof cell === 'string' ? cell : cell.subarray(0, maxCell).toString('base64');
  return text.length > maxCell ? clipText(text, maxCell) : text;
}

function* limitRows<Row>(rows: Iterable<Row>, limits: StatementLimits): Generator<Row> {
  let left = limits.rows;
  for (const row of rows) {
    if (left-- === 0) throw new LimitReached('rows');
    yield row;
  }
}

/** Writes the file of a result, in chunks. */
function writeChunks(pieces: Iterable<string>, limits: StatementLimits, write: Write): void {
  let text = '';
  let bytes = 0;
  for (const piece of pieces) {
    text += piece;
    if (text.length < CHUNK) continue;
    bytes += Buffer.byteLength(text);
    if (bytes > limits.bytes) throw new LimitReached('bytes');
    write(text);
    text = '';
  }
  write(text);
}

function say(answer: Answer): void {
  writeAll(`${JSON.stringify(answer)}\n`);
}

function writeAll(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (thrown) {
      if (codeOf(thrown) !== 'EAGAIN') throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5); // the reader is slower
    }
  }
}

await run(JSON.parse(readFileSync(0, 'utf8')) as StatementTask);
